"""What the user wants: one name per setting as clawkit.yaml key, flag and CLAWKIT_ variable."""

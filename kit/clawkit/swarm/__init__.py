"""What only a Swarm needs: which node keeps what, how a change goes out, how a gateway moves."""

"""The live walk: client, DNS, port, TLS, proxy, gateway, model, one file for each hop."""

"""Looking from outside: each probe gives frozen facts and judges nothing; what goes wrong is a fact too."""

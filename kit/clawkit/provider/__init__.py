"""The provider of the model that answers: its key, and whether it takes it."""

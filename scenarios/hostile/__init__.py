"""Hostile requests at the fakes: made from a seed, sent over real HTTP, with a look at the state afterwards."""

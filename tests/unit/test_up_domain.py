"""The domain is looked at where the public DNS can know it, and nowhere else."""

from __future__ import annotations

from fakes import make_stack


def test_a_private_authoritys_names_are_not_looked_up_and_public_ones_are() -> None:
    private = make_stack(domain="claw.test", acme_directory="https://ca.internal/dir")
    public = make_stack(domain="example.com", aliases=("www.example.com",))
    assert private.public_names == ()
    assert public.public_names == ("example.com", "www.example.com")

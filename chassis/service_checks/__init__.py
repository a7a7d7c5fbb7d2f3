"""What judges a service by running its Django; nix/checks runs it.

No image of the server has this package, and the chassis imports nothing of it.
"""

"""What is asked of a picture, and the networks that ask."""

"""What the tests share. They import from here alone, not from each other and not from conftest.py."""

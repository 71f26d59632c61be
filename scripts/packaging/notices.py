"""Prints the licenses and notices of the libraries that the program contains."""

from dependencies import notices

if __name__ == "__main__":
    print(f"The program contains the libraries below.\n\n{notices()}", end="")

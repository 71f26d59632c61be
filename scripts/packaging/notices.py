"""Prints the licenses and notices of everything that a package of the program contains.

notices.py [PROGRAM]: with a program, also of the system's libraries that a wheel of it contains.
"""

import sys

from dependencies import debian_packages, notices

if __name__ == "__main__":
    print(f"The program contains the libraries below.\n\n{notices()}", end="")
    for program in sys.argv[1:]:
        for package in debian_packages(program):
            print(f"{'=' * 80}\n{package.name} {package.version}, of Debian\n{'=' * 80}\n\n{package.copyright()}")

"""Writes a manual page from the program's own help.

understudy --experimental-dump-help | manual_page.py VERSION DATE >understudy.1
"""

import json
import sys


def main(version, date):
    program = json.load(sys.stdin)["command"]
    name = program["commandName"]
    print(f'.TH {name.upper()} 1 "{date}" "{escaped(name)} {version}" "User commands"')
    print(f".SH NAME\n{name} \\- {escaped(program['abstract'].rstrip('.'))}")
    print(f".SH SYNOPSIS\n.B {name}\n.I command\n.RI [ options ]")
    print(".SH DESCRIPTION")
    print_text(program.get("discussion", ""))
    print(".SH COMMANDS")
    for command in leaves(program, [name]):
        print_command(*command)
    print(".SH FILES")
    print_item(".I /etc/understudy.env", "Settings and secrets of the service, as environment variables (Debian package).")
    print_item(".I /var/lib/understudy", "The data directory of the service (Debian package).")


def leaves(command, path):
    """The commands that do something, each with its full name."""
    subcommands = [one for one in command.get("subcommands", []) if one["shouldDisplay"] and one["commandName"] != "help"]
    if not subcommands:
        yield command, path
    for subcommand in subcommands:
        yield from leaves(subcommand, [*path, subcommand["commandName"]])


def print_command(command, path):
    arguments = [argument for argument in command["arguments"] if argument["shouldDisplay"] and not is_general(argument)]
    positional = "".join(f" \\fI{usage(argument)}\\fP" for argument in arguments if argument["kind"] == "positional")
    print(f'.SS "{escaped(" ".join(path))}{positional} [\\fIoptions\\fP]"')
    print_text(command["abstract"])
    print_text(command.get("discussion", ""))
    for argument in arguments:
        abstract, discussion = argument.get("abstract", ""), argument.get("discussion", "")
        separator = " " if abstract.endswith(".") else "\n\n"
        print_item(heading(argument), f"{abstract}{separator}{discussion}")


def is_general(argument):
    return any(name["name"] in ("help", "version") for name in argument.get("names", []))


def usage(argument):
    name = escaped(argument["valueName"])
    return f"[{name}]" if argument["isOptional"] else name


def heading(argument):
    if argument["kind"] == "positional":
        return f"\\fI{escaped(argument['valueName'])}\\fP"
    dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    names = ", ".join(f"\\fB{escaped(dashes[name['kind']] + name['name'])}\\fP" for name in argument["names"])
    return names if argument["kind"] == "flag" else f"{names} \\fI{escaped(argument['valueName'])}\\fP"


def print_item(title, text):
    """An item of a list; the title is roff."""
    print(f".TP\n{title}")
    print_text(text, separator=".IP")


def print_text(text, separator=".PP"):
    """Paragraphs; indented lines are examples, which keep their line breaks."""
    for number, paragraph in enumerate(filter(None, text.strip("\n").split("\n\n"))):
        if number or separator == ".PP":
            print(separator)
        in_example = False
        for line in paragraph.split("\n"):
            if line.startswith("  ") != in_example:
                in_example = not in_example
                print(".RS 4\n.nf" if in_example else ".fi\n.RE")
            print(escaped(line.strip()))
        if in_example:
            print(".fi\n.RE")


def escaped(text):
    """Text that roff prints as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace('"', "\\(dq")
    return f"\\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    main(*sys.argv[1:])

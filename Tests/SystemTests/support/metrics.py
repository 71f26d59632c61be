"""What a server says of itself to Prometheus."""

import re

import requests


def figures(address):
    """The figures by their names with labels, and their types by names."""
    answer = requests.get(f"http://{address}/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    values, types = {}, {}
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            types[name] = kind
        elif not line.startswith("# HELP "):
            name, value = re.fullmatch(r'([a-z_]+(?:\{(?:[a-z]+="[^"]*",?)+\})?) (\S+)', line).groups()
            assert name not in values
            values[name] = float(value)
    return values, types

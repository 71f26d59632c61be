"""The tarball in a bare Debian, as README says."""

import re
import shutil

from documents import README, block
from serving import append, messages, serving


def test_it_serves_with_the_libraries_that_readme_names(debian, dist):
    archive = next(dist.glob("*.tar.gz"))
    shutil.copy(archive, debian.path("/root"))
    install, unpack, serve = block(README, "tar -xzf").splitlines()
    debian.run("sh", "-euc", f"cd /root\n{install.removeprefix('sudo ').replace('install', 'install --yes --no-install-recommends')}\n{unpack}")
    program = f"/root/{archive.name.removesuffix('.tar.gz')}/bin/understudy"
    assert serve == "understudy-*-linux-x86_64/bin/understudy serve"
    printed = debian.run(program, "account", "create", "--data-directory", "/root/data")
    auth = tuple(re.findall(r": +(\S+)", printed))
    with serving(debian.entering(program, "serve", "--data-directory", "/root/data", "--port", 0)) as (_, url):
        append(url, auth, "Hello")
        assert messages(url, auth) == ["Hello"]

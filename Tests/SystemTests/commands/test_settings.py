"""Settings: where they come from, and how mistakes in them are reported."""

import json

import pytest
from support.understudy import SID, command, create_account, json_of


def refused(*arguments, env=None):
    """Run a command that its settings must stop, and return what it says."""
    result = command(*arguments, check=False, env=env)
    assert (result.returncode, result.stdout) == (64, ""), result.stderr
    return result.stderr


def config(*arguments, env=None):
    """The rows of `understudy config` by their names."""
    return {row["name"]: row for row in json_of("config", *arguments, env=env)}


@pytest.fixture
def file(tmp_path):
    """A function that writes a configuration file and returns the option that names it."""

    def write(content):
        path = tmp_path / "understudy.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return ["--config-file", str(path)]

    return write


# Mistakes


@pytest.mark.parametrize(
    ("variable", "suggestion"),
    [
        ("UNDERSTUDY_DATA_DIRECTROY", "Did you mean UNDERSTUDY_DATA_DIRECTORY?"),
        ("UNDERSTUDY_DATADIR", "Did you mean UNDERSTUDY_DATA_DIRECTORY?"),
        ("UNDERSTUDY_DATA_DIR", "Did you mean UNDERSTUDY_DATA_DIRECTORY?"),
        ("UNDERSTUDY_DATABASE", "Did you mean UNDERSTUDY_DATABASE_URL?"),
        ("UNDERSTUDY_PROT", "Did you mean UNDERSTUDY_PORT?"),
        ("UNDERSTUDY_TL", ""),
        ("UNDERSTUDY_YES", ""),
        ("UNDERSTUDY_DRY_RUN", ""),
        ("UNDERSTUDY_MODELKEY", "Did you mean UNDERSTUDY_MODEL_KEY?"),
        ("UNDERSTUDY_", ""),
    ],
)
def test_an_unknown_variable_is_refused_with_a_suggestion(variable, suggestion):
    error = refused("account", "list", env={variable: "value-of-it"})
    assert f"Unknown environment variable {variable}.{' ' + suggestion if suggestion else ''}\n" in error
    assert "value-of-it" not in error


def test_an_unknown_key_of_the_file_is_refused_with_a_suggestion(file):
    error = refused("account", "list", *file({"data-direktory": "value-of-it"}))
    assert 'has an unknown key "data-direktory". Did you mean data-directory?' in error
    assert "value-of-it" not in error
    for key in ["prot", "PORT", "UNDERSTUDY_PORT"]:
        assert f'has an unknown key "{key}". Did you mean port?' in refused("account", "list", *file({key: 1}))
    assert "unknown key" in refused("account", "list", *file({"config-file": "other.json"}))


def test_the_links_of_kubernetes_are_no_settings(tmp_path):
    create_account(tmp_path)
    links = {
        "UNDERSTUDY_SERVICE_HOST": "10.0.0.1",
        "UNDERSTUDY_SERVICE_PORT": "8080",
        "UNDERSTUDY_SERVICE_PORT_HTTP": "8080",
        "UNDERSTUDY_PORT": "tcp://10.0.0.1:8080",
        "UNDERSTUDY_PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "UNDERSTUDY_PORT_8080_TCP_PROTO": "tcp",
        "UNDERSTUDY_PORT_8080_TCP_PORT": "8080",
        "UNDERSTUDY_PORT_8080_TCP_ADDR": "10.0.0.1",
        "UNDERSTUDY_METRICS_PORT": "tcp://10.0.0.2:9464",
        "UNDERSTUDY_METRICS_SERVICE_HOST": "10.0.0.2",
    }
    assert json_of("account", "list", "--data-directory", tmp_path, env=links)[0]["sid"] == SID
    assert config(env=links)["port"] == {"name": "port", "value": "8080", "source": "default"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "the text ends too early: expected an object, line 1, column 1"),
        ('{"port": 8080,}', "expected a key in double quotes, line 1, column 15"),
        ('{\n  "host": "é",\n  "name": "é" "x"\n}', 'expected a comma or "}", line 3, column 15'),
        ("[1", "expected an object, line 1, column 1"),
        ('{"port": 1, "port": 2}', 'the key "port" comes twice, line 1, column 13'),
    ],
)
def test_a_file_that_is_not_json_is_named_with_line_and_column(file, content, problem):
    option = file(content)
    error = refused("account", "list", *option)
    assert f"The configuration file {option[1]} is not JSON: {problem}." in error


def test_a_file_that_is_json_but_no_object_is_refused(file):
    for content in ["[]", '"x"', " 1", "[{}]"]:
        option = file(content)
        error = refused("account", "list", *option)
        assert f'The configuration file {option[1]} must be a JSON object, like {{"port": 8080}}.' in error


def test_a_byte_order_mark_is_accepted(file):
    assert config(*file('\ufeff{"port": 9000}'))["port"]["value"] == "9000"


@pytest.mark.parametrize("value", [None, 1.5, {"a": "b"}, ["8080"], [1]])
def test_a_value_of_the_wrong_type_is_refused(file, value):
    error = refused("account", "list", *file({"port": value}))
    assert '"port" in ' in error and "must be a string, an integer, true, or false." in error


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    result = command("account", "list", "--config-file", tmp_path / "none.json", check=False)
    assert f"Cannot read the configuration from {tmp_path}/none.json: No such file or directory." in result.stderr
    assert "is not JSON" not in result.stderr and "Error Domain" not in result.stderr
    result = command("account", "list", "--config-file", tmp_path, check=False)
    assert f"Cannot read the configuration from {tmp_path}: Is a directory." in result.stderr


def test_an_error_names_what_to_change(file):
    allowed = "must be an integer from 0 to 65535."
    assert f"Error: --port {allowed}" in refused("serve", "--port", "65536")
    assert f"Error: UNDERSTUDY_PORT {allowed}" in refused("serve", env={"UNDERSTUDY_PORT": "abc"})
    option = file({"port": "80 80"})
    assert f'Error: "port" in {option[1]} {allowed}' in refused("serve", *option)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["key", "list"], "understudy key list"),
        (["account", "token", "create"], "understudy account token create"),
        (["database", "migrate"], "understudy database migrate"),
        (["serve", "--log-level", "loud"], "understudy serve"),
    ],
)
def test_wrong_usage_names_the_help_of_the_command_that_failed(arguments, name):
    error = refused(*arguments)
    assert error.endswith(f"Run `{name} --help` for its options.\n")
    assert "SUBCOMMANDS" not in error


def test_a_directory_beside_the_url_of_the_environment_is_refused(tmp_path):
    env = {"UNDERSTUDY_DATABASE_URL": "postgresql://understudy@db.invalid/understudy"}
    error = refused("check", "--data-directory", tmp_path, env=env)
    assert "--data-directory and UNDERSTUDY_DATABASE_URL name two stores." in error
    # A password with an @ of its own: libpq would take part of it for the host.
    error = refused("account", "list", env={"UNDERSTUDY_DATABASE_URL": "postgresql://u:p@the-password@h/d"})
    assert "UNDERSTUDY_DATABASE_URL must be like postgresql://user@host/database" in error and "@ as %40" in error
    assert "the-password" not in error
    # Both on the command line are meant.
    path = tmp_path / "understudy.json"
    path.write_text(json.dumps({"database-url": "postgresql://db.invalid/understudy"}))
    error = refused("check", "--data-directory", tmp_path, "--config-file", path)
    assert f'--data-directory and "database-url" in {path} name two stores.' in error
    both = ["--data-directory", tmp_path, "--database-url", "postgresql://127.0.0.1:1/understudy"]
    assert command("check", *both, check=False, env=env).returncode == 1


def test_commands_say_which_store_they_use(tmp_path):
    create_account(tmp_path)
    result = command("account", "list", "--data-directory", tmp_path)
    assert result.stderr == f"Store: {tmp_path}/understudy.sqlite\n"
    url = "postgresql://user:the-password@127.0.0.1:1/conversations"
    result = command("account", "list", "--database-url", url, check=False)
    assert result.stderr.startswith("Store: PostgreSQL database conversations on 127.0.0.1:1\n")
    assert "the-password" not in result.stderr


# Values


def test_lists_may_be_arrays(file):
    rows = config(*file({"trusted-proxies": ["127.0.0.1", "10.0.0.0/8"], "allow-private": ["webhooks"]}))
    assert rows["trusted-proxies"]["value"] == "127.0.0.1,10.0.0.0/8"
    assert rows["allow-private"]["value"] == "webhooks"
    assert "must be addresses or networks" in command("config", *file({"trusted-proxies": ["x"]}), check=False).stderr


def test_config_shows_each_setting_with_its_source(file):
    option = file({"port": 9000, "host": "127.0.0.2", "keep-reasoning": True})
    env = {"UNDERSTUDY_HOST": "127.0.0.3", "UNDERSTUDY_LOG_LEVEL": "debug"}
    rows = config(*option, "--log-level", "error", env=env)
    assert (rows["port"]["value"], rows["port"]["source"]) == ("9000", option[1])
    assert (rows["host"]["value"], rows["host"]["source"]) == ("127.0.0.3", "UNDERSTUDY_HOST")
    assert (rows["log-level"]["value"], rows["log-level"]["source"]) == ("error", "command line")
    assert (rows["keep-reasoning"]["value"], rows["page-cache"]["value"]) == ("true", "80")
    assert (rows["page-cache"]["source"], rows["model"]["source"]) == ("default", "not set")


def test_config_masks_secrets():
    env = {
        "UNDERSTUDY_SECRET_KEY": "ab" * 32,
        "UNDERSTUDY_AUTH_TOKEN": "the-auth-token-of-the-account",
        "UNDERSTUDY_ACCOUNT_SID": SID,
        "UNDERSTUDY_MODEL_KEY": "the-key-of-the-model",
        "UNDERSTUDY_DATABASE_URL": "postgresql://me:the-password@db.example.com/d?sslmode=require&password=the-other",
        "UNDERSTUDY_DATABASE_READ_URLS": "postgresql://me:the-password@a/d postgresql://b/d",
    }
    for arguments in [[], ["--format", "json"]]:
        shown = command("config", *arguments, env=env).stdout
        for secret in ["abab", "the-auth", "the-key", "the-password", "the-other"]:
            assert secret not in shown
        assert "PostgreSQL database d on db.example.com" in shown
        assert "PostgreSQL database d on a, PostgreSQL database d on b" in shown


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("data-directory", "postgresql://u:the-hidden@h/db"),
        ("database-url", "postgresql://u:the hidden@h/db"),
        ("database-url", "host=h dbname=d password='the-hidden'"),
        ("database-url", "postgresql://h/d?p%61ssword=the-hidden"),
        ("public-url", "https://u:the-hidden@h/"),
        ("model-url", "https://h/v1?api_key=the-hidden"),
    ],
)
def test_config_shows_no_secret_of_a_value_that_is_not_valid(setting, value):
    variable = "UNDERSTUDY_" + setting.upper().replace("-", "_")
    for given in ([f"--{setting}", value], []):
        result = command("config", *given, check=False, env={} if given else {variable: value})
        assert "hidden" not in result.stdout + result.stderr and setting in result.stdout


@pytest.mark.parametrize(
    "env",
    [
        {"MODEL_TIMEOUT": "abc"},
        {"SECRET_KEY": "xyz"},
        {"ALLOW_PRIVATE": "foo"},
        {"WEBHOOK_RETRY_TIME": "-1"},
        {"MODEL": "gpt"},
        {"ACCOUNT_SID": "foo"},
        {"EXISTING": "maybe"},
        {"KEEP_REASONING": "maybe"},
        {"DATABASE_READ_URLS": "postgresql://u@h/d"},
        {"DATABASE_URL": "postgresql://u:p@ss@h/d"},
        {"METRICS_ADDRESS": "127.0.0.1:8080", "PORT": "8080"},
        {"METRICS_ADDRESS": "127.0.0.1:8080", "PORT": "8080", "HOST": "0.0.0.0"},
    ],
)
def test_config_checks_what_serve_would_refuse(tmp_path, env):
    env = {f"UNDERSTUDY_{name}": value for name, value in env.items()}
    env["UNDERSTUDY_DATA_DIRECTORY"] = str(tmp_path / "data")
    refusal = command("config", check=False, env=env)
    assert refusal.returncode == 64
    free = [] if "UNDERSTUDY_PORT" in env else ["--port", "0"]
    served = command("serve", *free, check=False, env=env)
    assert (served.returncode, served.stderr.replace("serve --help", "config --help")) == (64, refusal.stderr)
    assert not (tmp_path / "data").exists()


def test_earlier_names_of_settings_work(file):
    option = file({"webhook-retry-time": 7})
    rows = config(*option, "--callback-retry-time", "5", env={"UNDERSTUDY_ALLOW_PRIVATE_CALLBACKS": "true"})
    assert not any("callback" in name for name in rows)
    assert (rows["webhook-retry-time"]["value"], rows["allow-private"]["value"]) == ("5", "webhooks")
    # The name that somebody set is the one to change.
    assert rows["webhook-retry-time"]["source"] == "--callback-retry-time"
    assert rows["allow-private"]["source"] == "UNDERSTUDY_ALLOW_PRIVATE_CALLBACKS"
    option = file({"callback-retry-time": "-1"})
    assert config("--webhook-retry-time", "1", *option)["webhook-retry-time"]["source"] == "command line"
    for refusal, name in [
        (refused("serve", *option), f'"callback-retry-time" in {option[1]}'),
        (refused("serve", env={"UNDERSTUDY_CALLBACK_RETRY_TIME": "-1"}), "UNDERSTUDY_CALLBACK_RETRY_TIME"),
    ]:
        assert f"Error: {name} must be an integer" in refusal


def test_an_earlier_name_wins_over_a_source_behind_it(file):
    option = file({"allow-private": "webhooks"})
    assert config(*option, env={"UNDERSTUDY_ALLOW_PRIVATE_CALLBACKS": "false"})["allow-private"]["value"] == ""
    error = refused("account", "list", env={"UNDERSTUDY_ALLOW_PRIVATE_CALLBACKS": "maybe"})
    assert "UNDERSTUDY_ALLOW_PRIVATE_CALLBACKS must be true or false." in error


def test_a_host_name_that_is_not_ascii_is_refused():
    # The release program has no data of ICU to encode it.
    arguments = ["serve", "--model", "m", "--port", "0", "--model-url"]
    result = command(*arguments, "http://modèle.invalid/v1", check=False)
    assert (result.returncode, "Punycode" in result.stderr) == (64, True)
    assert config("--model-url", "http://xn--modle-6ra.invalid/v1", "--model", "m")["model-url"]["value"] == "http://xn--modle-6ra.invalid/v1"


def test_an_empty_variable_is_not_set():
    env = {"UNDERSTUDY_PORT": "", "UNDERSTUDY_CONFIG_FILE": "", "UNDERSTUDY_DATABASE_URL": ""}
    assert config(env=env)["port"]["source"] == "default"

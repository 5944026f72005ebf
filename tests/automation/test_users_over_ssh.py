"""Users of a node at OpenSSH's clients: passwords, keys, ways in, homes and lock-out."""

import subprocess

import pytest
from counting import met
from foreign import library, need, run
from netconf import BASE
from served import PATIENCE, Served

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

INVENTORY = """
[nodes.gw1]
netconf = "127.0.0.1:0"
[nodes.gw1.users.alice]
password = "Secret-1!"
[nodes.gw1.users.bob]
password = "Secret-2!"
access = ["netconf"]
[nodes.gw1.users.carol]
password = "Secret-3!"
access = ["scp-sftp"]
[nodes.gw1.users.dave]
password = "Secret-4!"
access = ["scp-sftp"]
[nodes.gw1.users.erin]
password = "Secret-5!"
access = ["netconf"]
"""
USER = "/configure system security user-params local-user user"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A process that serves one node with five users, no lab."""
    home = tmp_path_factory.mktemp("users")
    (home / "nodes.toml").write_text(INVENTORY)
    with Served(home / "clients", "--inventory", home / "nodes.toml") as process:
        process.cf3 = home / "gw1" / "cf3"
        yield process


def alice(served, *lines, **more):
    """Run *lines* as alice; they must go well."""
    done = served.ssh("; ".join(lines), user="alice", password="Secret-1!", **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_users_of_the_inventory_come_in_and_nobody_else(served):
    (node,) = served.nodes
    assert (node["username"], node["password"]) == (None, None)
    assert "alice" in alice(served, "show users")
    assert served.ssh("show users").returncode == 255  # admin, admin
    assert served.ssh("show users", user="alice", password="Secret-2!").returncode == 255


def test_each_comes_in_by_the_ways_that_he_has(served, tmp_path):
    shown = served.ssh("show users", user="bob", password="Secret-2!")
    assert shown.returncode == 1
    assert "no access by ssh-cli" in shown.stdout
    with library("ncclient.manager").connect(
        host="127.0.0.1",
        port=served.port,
        username="bob",
        password="Secret-2!",
        hostkey_verify=False,
        look_for_keys=False,
        allow_agent=False,
    ) as client:
        assert client.connected
    (tmp_path / "f").write_text("content")
    for user, password, status in (("bob", "Secret-2!", 255), ("carol", "Secret-3!", 0)):
        sent = subprocess.run(
            [
                need("scp"),
                *served.options(port_option="-P"),
                str(tmp_path / "f"),
                f"{user}@127.0.0.1:cf3:/by-{user}",
            ],
            env=served.environment(password),
            timeout=PATIENCE,
            capture_output=True,
            check=False,
        )
        assert (sent.returncode == 0) == (status == 0), sent.stderr
    assert sorted(path.name for path in served.cf3.glob("by-*")) == ["by-carol"]


def test_a_public_key_lets_in_its_user_alone(served, tmp_path):
    key = tmp_path / "key"
    run(need("ssh-keygen"), "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-f", key)
    value = key.with_suffix(".pub").read_text().split()[1]
    alice(
        served,
        "configure private",
        f'{USER} "alice" public-keys ecdsa ecdsa-key 1 key-value "{value}"',
        "commit",
    )
    by_key = {
        "IdentityFile": key,
        "PasswordAuthentication": "no",
        "PreferredAuthentications": "publickey",
    }
    assert served.ssh("show users", user="alice", **by_key).returncode == 0
    assert served.ssh("show users", user="carol", **by_key).returncode == 255


def test_texts_and_algorithms_are_those_of_the_configuration(served):
    alice(
        served,
        "configure private",
        '/configure system login-control pre-login-message message "keep out"',
        '/configure system login-control motd text "be kind"',
        "/configure system security ssh server-cipher-list-v2 cipher 10 name aes256-ctr",
        "/configure system security ssh server-cipher-list-v2 cipher 5 name arcfour",
        "commit",
    )
    shown = served.ssh(
        "show users", user="alice", password="Secret-1!", options=("-v",), LogLevel="INFO"
    )
    assert "keep out" in shown.stderr
    assert "cipher: aes256-ctr" in shown.stderr
    other = served.ssh("show users", user="alice", password="Secret-1!", Ciphers="aes128-ctr")
    assert (other.returncode, other.stdout) == (255, "")
    typed = served.ssh(typed="logout\n", user="alice", password="Secret-1!", options=("-tt",))
    assert "be kind" in typed.stdout
    alice(
        served,
        "configure private",
        "delete /configure system login-control",
        "delete /configure system security ssh server-cipher-list-v2",
        "commit",
    )


def test_a_user_reaches_his_home_alone(served, tmp_path):
    alice(
        served,
        "configure private",
        f'{USER} "dave" home-directory "cf3:/dave"',
        f'{USER} "dave" restricted-to-home true',
        "commit",
        "exit all",
        "file make-directory cf3:/dave",
    )
    (tmp_path / "f").write_text("content")

    def sent(to):
        command = [need("scp"), *served.options(port_option="-P"), str(tmp_path / "f")]
        return subprocess.run(
            [*command, f"dave@127.0.0.1:{to}"],
            env=served.environment("Secret-4!"),
            timeout=PATIENCE,
            capture_output=True,
            check=False,
        ).returncode

    assert sent("mine") == 0
    assert (served.cf3 / "dave" / "mine").read_text() == "content"
    assert sent("cf3:/theirs") != 0
    assert sent("../theirs") != 0
    assert not (served.cf3 / "theirs").exists()


# --- what a profile denies, asked for by ncclient -------------------------------------------------

PROFILE = '/configure system security aaa local-profiles profile "narrow"'
ALLOWED = (
    *(
        "action",
        "close-session",
        "commit",
        "copy-config",
        "discard-changes",
        "edit-config",
        "get",
        "get-config",
    ),
    *("get-data", "lock", "validate"),
)
PKI = "<configure xmlns='urn:nokia.com:sros:ns:yang:sr:conf'><system><security><pki>{}</pki></security></system></configure>"
WITHOUT_PKI = PKI.format("").replace("<pki></pki>", "")
COPY = (
    f"<copy-config xmlns='{BASE}'><target><candidate/></target><source><config>{WITHOUT_PKI}"
    "</config></source></copy-config>"
)
PROFILE_OF_CA = PKI.format("<ca-profile><ca-profile-name>hidden</ca-profile-name>{}</ca-profile>")
KEYS = "admin system security pki generate-keypair"
KEYPAIR = (
    "<admin xmlns='urn:nokia.com:sros:ns:yang:sr:oper-admin'><system><security><pki>"
    "<generate-keypair><save-path>cf3:/k</save-path></generate-keypair></pki></security></system></admin>"
)
NMDA = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
DATASTORE = (
    "<datastore xmlns:ds='urn:ietf:params:xml:ns:yang:ietf-datastores'>ds:running</datastore>"
)


def test_what_a_profile_denies_is_denied_to_ncclient(served):
    alice(
        served,
        "configure private",
        '/configure system security pki ca-profile "hidden" description "hidden-text"',
        "/configure system management-interface yang-modules nmda nmda-support true",
        f"{PROFILE} default-action permit-all",
        f'{PROFILE} entry 10 match "configure system security pki"',
        f"{PROFILE} entry 10 action deny",
        f'{PROFILE} entry 20 match "admin system security pki"',
        f"{PROFILE} entry 20 action deny",
        *(f"{PROFILE} netconf base-op-authorization {name} true" for name in ALLOWED),
        f'delete {USER} "erin" console member',
        f'{USER} "erin" console member ["narrow"]',
        "commit",
    )
    errors = library("ncclient.operations").RPCError
    to_ele = library("ncclient.xml_").to_ele
    with library("ncclient.manager").connect(
        host="127.0.0.1",
        port=served.port,
        username="erin",
        password="Secret-5!",
        hostkey_verify=False,
        look_for_keys=False,
        allow_agent=False,
        device_params={"name": "sros"},
    ) as client:

        def shown(reply):
            return str(reply)

        def edit(content):
            client.edit_config(target="candidate", config=f"<config>{content}</config>")

        def narrow():
            return ("subtree", PROFILE_OF_CA.format(""))

        def by_action(body):
            return client.dispatch(
                to_ele(f"<action xmlns='urn:ietf:params:xml:ns:yang:1'>{body}</action>")
            )

        def get_data():
            return client.dispatch(to_ele(f"<get-data xmlns='{NMDA}'>{DATASTORE}</get-data>"))

        read = {
            "get": client.get,
            "get-config": lambda: client.get_config("running"),
            "get-config, filtered": lambda: client.get_config("running", filter=narrow()),
            "get-config, candidate": lambda: client.get_config("candidate"),
            "get-data": get_data,
            "raw command": lambda: client.md_cli_raw_command("info /configure"),
            "raw command, pipe": lambda: client.md_cli_raw_command(
                "info /configure | match hidden"
            ),
        }
        for name, ask in met(7, read.items()):
            assert "hidden-text" not in shown(ask()), name
        assert "local-profiles" in shown(client.get_config("running"))
        refused = {
            "edit-config": lambda: edit(PROFILE_OF_CA.format("<description>x</description>")),
            "edit-config, remove": lambda: edit(
                "<configure xmlns='urn:nokia.com:sros:ns:yang:sr:conf'><system>"
                "<security operation='remove'/></system></configure>"
            ),
            "copy-config": lambda: client.dispatch(to_ele(COPY)),
            "copy-config to a file": lambda: client.copy_config("running", "file:///cf3:/all.cfg"),
            "action": lambda: by_action(KEYPAIR),
            "notification": client.create_subscription,
            "kill-session": lambda: client.kill_session("1"),
            "delete-config": lambda: client.delete_config("startup"),
        }
        for name, ask in met(8, refused.items()):
            with pytest.raises(errors) as refusal:
                ask()
            assert refusal.value.tag == "access-denied", name
            client.discard_changes()
        said = shown(client.md_cli_raw_command(f"{KEYS} save-path cf3:/k rsa-key-size 2048"))
        assert "#2020" in said and "terminated-incomplete" in said
    assert "hidden-text" in alice(served, "info /configure system security pki")
    assert not (served.cf3 / "all.cfg").exists()

"""What the lab CA must still know after its process was killed, at whatever moment."""

import base64
import json
from contextlib import suppress
from datetime import timedelta

import pytest
from counting import met

from srpki.core.entropy import SystemEntropy
from srpki.core.errors import CorruptError, StorageError
from srpki.labca import documents, store, transactions
from srpki.labca.authority import Authority
from srpki.labca.cmp_responder import CmpResponder
from srpki.labca.documents import Document
from srpki.labca.fault_lines import parse_script
from srpki.labca.fault_script import FAULTS, FaultScript
from srpki.labca.store import CONFIRMED, ISSUED, REVOKED
from srpki.labca.transactions import TRANSACTIONS
from srpki.protocol.cmp import bodies, messages
from srpki.storage import files
from srpki.storage.files import OsFiles

WAIT = 600


class KilledError(BaseException):
    """The process ends here."""


class World:
    """A lab CA that can be started again over the same directory, and a client who goes on."""

    def __init__(self, client, directory, clock, settings):
        self.client, self.directory, self.clock, self.settings = client, directory, clock, settings
        self.authority = None
        self.start()

    def start(self):
        if self.authority is not None:
            self.authority.close()
        self.authority = Authority(self.directory, self.clock, SystemEntropy(), self.settings)
        self.faults = FaultScript(document=Document(self.directory, FAULTS))
        self.client.responder = CmpResponder(self.authority, self.faults, log=[].append)
        self.authority.revoke_unconfirmed(but=self.client.responder.take_up())

    def ask(self, body, **parts):
        """Send *body*; after a kill start again and send the same octets once more."""
        data = self.client.encode(body, **parts)
        try:
            reply = self.client.post(data)
        except KilledError:
            self.start()
            reply = self.client.post(data)
        answer = messages.decode(reply.body)
        if answer.kind != "error":
            self.client.last = answer
        return answer

    @property
    def file(self):
        return self.directory / TRANSACTIONS

    def kept(self):
        """Return the lines of what is open by the file."""
        found = {}
        for line in self.file.read_text().splitlines():
            with suppress(ValueError, TypeError, KeyError):  # damaged
                fields = json.loads(line)
                found.pop(fields["identifier"], None)
                if len(fields) > 1:
                    found[fields["identifier"]] = line
        return list(found.values())

    def states(self):
        return [record.state for record in self.authority.all_issued()]


@pytest.fixture
def world(cmp, tmp_path, clock, settings):
    made = World(cmp, tmp_path / "ca", clock, settings)
    yield made
    made.authority.close()


def sent(answer):
    (response,), _ = bodies.decode_responses(answer)
    return response


def test_a_request_that_waits_is_polled_for_after_any_number_of_restarts(world, device_key):
    world.faults.add(f"ir waiting seconds {WAIT}")
    assert sent(world.ask(world.client.request("ir", device_key))).status.word == "waiting"
    for _ in range(3):
        world.start()
        assert world.ask(bodies.encode_poll_request(0)).kind == "pollRep"
    world.clock.advance(timedelta(seconds=WAIT))
    world.start()
    certificate = sent(world.ask(bodies.encode_poll_request(0))).certificate
    world.start()
    assert world.states() == [ISSUED]  # its owner may still confirm it
    assert world.ask(world.client.confirmation(certificate)).kind == "pkiConf"
    world.start()
    assert world.states() == [CONFIRMED]
    assert world.kept() == []


def test_a_key_update_goes_on_as_one(world, device_key):
    """Signed, so the peer is known by a certificate; its old one is superseded at the end."""
    old = world.client.enrolled(device_key)
    world.client.transaction_id = b"u" * 16
    holder = device_key, old
    world.faults.add("kur error-waiting seconds 1")
    answer = world.ask(world.client.request("kur", device_key), signer=holder)
    assert answer.kind == "error"
    world.client.last = answer
    world.clock.advance(timedelta(seconds=2))
    world.start()
    issued = sent(world.ask(bodies.encode_poll_request(-1), signer=holder)).certificate
    world.start()
    assert world.ask(world.client.confirmation(issued), signer=holder).kind == "pkiConf"
    assert world.states() == ["superseded", CONFIRMED]


def test_an_answer_that_is_withheld_is_there_after_a_restart(world, device_key):
    world.faults.add("certconf error-waiting seconds 1")
    certificate = sent(world.ask(world.client.request("ir", device_key))).certificate
    answer = world.ask(world.client.confirmation(certificate))
    world.client.last = answer
    world.clock.advance(timedelta(seconds=2))
    world.start()
    assert world.ask(bodies.encode_poll_request(-1)).kind == "pkiConf"
    assert world.states() == [CONFIRMED]


def test_who_does_not_come_back_in_time_loses_what_was_sent(world, device_key):
    world.ask(world.client.request("ir", device_key))
    world.start()
    at = world.client.responder.next_expiry()
    world.clock.advance(at - world.clock.now())
    world.client.responder.expire()
    assert world.states() == [REVOKED]
    world.start()
    assert world.kept() == []


def test_no_secret_is_in_what_is_kept_of_a_transaction(world, device_key):
    world.faults.add("ir waiting")
    world.ask(world.client.request("ir", device_key))
    assert len(world.kept()) == 1
    assert world.settings.secret not in world.file.read_text()
    assert world.file.stat().st_mode & 0o777 == 0o600


DAMAGED = ["", "{", "[]", '{"name": "x"}', '{"identifier": "x", "request": 1}', '{"identifier": 1}']


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_transaction_costs_itself_alone(world, device_key, content):
    world.faults.add("ir waiting times 2")
    spoilt = world.client.transaction_id
    world.ask(world.client.request("ir", device_key))
    world.client.last, world.client.transaction_id = None, b"intact".ljust(16)
    world.ask(world.client.request("ir", device_key))
    first, second = world.kept()
    world.file.write_text(f"{content}\n{second}\n{first[:100]}")  # and one that a kill cut off
    world.start()
    assert world.ask(bodies.encode_poll_request(0)).kind == "pollRep"
    world.client.transaction_id = spoilt
    assert world.ask(bodies.encode_poll_request(0)).kind == "error"
    world.start()  # what was written since stands on lines of its own
    assert [json.loads(line)["identifier"] for line in world.kept()] == [
        base64.b64encode(b"intact".ljust(16)).decode()
    ]


def test_what_is_over_is_cleared_away_and_what_is_open_stays(world, device_key, monkeypatch):
    monkeypatch.setattr(transactions, "MOST_OVER", 5)
    world.faults.add("ir waiting")
    waiting = world.client.transaction_id
    world.client.last = None
    world.ask(world.client.request("ir", device_key))
    after = world.client.last
    longest = 0
    for number in range(12):
        world.client.last, world.client.transaction_id = None, bytes((number,)) * 16
        certificate = sent(world.ask(world.client.request("ir", device_key))).certificate
        assert world.ask(world.client.confirmation(certificate)).kind == "pkiConf"
        longest = max(longest, len(world.file.read_text().splitlines()))
    assert longest <= 5 + 2 * 2
    world.start()
    assert len(world.kept()) == 1
    world.client.last, world.client.transaction_id = after, waiting
    assert world.ask(bodies.encode_poll_request(0)).kind == "pollRep"


def test_a_kill_while_what_is_over_is_cleared_away_loses_nothing(
    world, device_key, monkeypatch, dying
):
    monkeypatch.setattr(transactions, "MOST_OVER", 5)
    world.faults.add("ir waiting")
    world.ask(world.client.request("ir", device_key))
    waiting, after = world.client.transaction_id, world.client.last
    killed = 0
    for number in met(12, range(1, 40)):
        world.client.last, world.client.transaction_id = None, bytes((number,)) * 16
        Dying.count, Dying.at = 0, 1 + number % 9
        answer = world.ask(world.client.request("ir", device_key))
        if answer.kind == "ip":  # else the first request had opened the transaction already
            world.ask(world.client.confirmation(sent(answer).certificate))
        killed += Dying.at is None
        Dying.at = None
        world.start()
        world.client.last, world.client.transaction_id = after, waiting
        assert world.ask(bodies.encode_poll_request(0)).kind == "pollRep"
        after = world.client.last
    assert killed > 12


def test_a_transaction_whose_reference_is_gone_is_dropped(world, device_key):
    world.authority.register("guest", "other")
    body = world.client.request("ir", device_key)
    world.faults.add("ir waiting")
    from srpki.protocol.cmp import mac

    protector = mac.MacProtector("other", b"s" * 16, 500)
    world.ask(body, protector=protector, sender_kid=b"guest")
    assert len(world.kept()) == 1
    world.start()  # guests are known for as long as the process lives
    assert world.kept() == []


# --- a kill at every step on a disk --------------------------------------------------------------


class Dying(OsFiles):
    """The system's files; the process is killed before, or after, the operation *at*."""

    at = count = None

    def step(self, operation, *arguments, **named):
        Dying.count += 1
        if Dying.count == Dying.at:
            if Dying.count % 2:
                getattr(OsFiles, operation)(self, *arguments, **named)
            Dying.at = None
            raise KilledError
        return getattr(OsFiles, operation)(self, *arguments, **named)


for _name in ("write_new", "rename", "unlink", "sync_directory", "make_directory"):
    setattr(Dying, _name, lambda self, *a, _n=_name, **k: self.step(_n, *a, **k))


@pytest.fixture
def dying(monkeypatch):
    for room in (documents, transactions, files):
        monkeypatch.setattr(room, "OsFiles", Dying)
    append = store.LineFile.append

    def dying_append(self, fields):
        Dying.count += 1
        if Dying.count == Dying.at:
            Dying.at = None
            raise KilledError
        append(self, fields)

    monkeypatch.setattr(store.LineFile, "append", dying_append)
    Dying.count, Dying.at = 0, None


def converse(world, key):
    """Enrol with three faults on the way; return the kinds of the last answers."""
    client = world.client
    answer = world.ask(client.request("ir", key))
    if answer.kind == "error":  # the transaction is open: who does not know that opens another
        client.transaction_id = b"another" + client.transaction_id
        answer = world.ask(client.request("ir", key))
    said = sent(answer)
    if said.certificate is None:
        world.ask(bodies.encode_poll_request(0))
        world.clock.advance(timedelta(seconds=WAIT))
        said = sent(world.ask(bodies.encode_poll_request(0)))
    return world.ask(client.confirmation(said.certificate))


SCRIPT = f"ir waiting seconds {WAIT}\ncertconf slow seconds 1 after 1\npollreq no-answer after 9"


def test_a_kill_at_any_moment_of_an_enrolment_loses_at_most_the_message_that_was_on_its_way(
    cmp, clock, settings, device_key, tmp_path, dying
):
    """The client repeats what had no answer, and comes to its certificate."""
    ends = set()
    for number in met(12, range(1, 100)):
        cmp.last, cmp.transaction_id = None, bytes((number,)) * 16
        world = World(cmp, tmp_path / str(number), clock, settings)
        for fault in parse_script(SCRIPT):
            world.faults.add(fault)
        Dying.count, Dying.at = 0, number
        answer = converse(world, device_key)
        died = Dying.at is None
        Dying.at = None
        world.start()
        clock.advance(timedelta(minutes=5, seconds=1))
        cmp.responder.expire()
        living = [state for state in world.states() if state != REVOKED]
        assert living == [CONFIRMED]
        assert answer.kind in ("pkiConf", "error")  # confirmed twice, when the first was noted
        ends.add(answer.kind)
        # Each fault that has struck, and no other, is gone: the first, and one of three was passed.
        assert [line.split()[0] for line in world.faults.lines()] in (
            ["certconf", "pollreq"],
            ["pollreq"],  # the repeated certConf was struck, too
        )
        world.authority.close()
        if not died:
            break
    assert "pkiConf" in ends


# --- the fault script ----------------------------------------------------------------------------


def test_faults_are_counted_over_restarts(world, device_key):
    world.faults.add("certconf no-answer after 1 times 2")
    body = world.client.request("ir", device_key)
    world.ask(body)
    for left in ("certconf no-answer times 2", "certconf no-answer"):
        assert world.faults.take("certconf") is None or left == "certconf no-answer"
        world.start()
        assert world.faults.lines() == (left,)
    assert world.faults.take("certconf") is not None
    world.start()
    assert world.faults.lines() == ()


@pytest.mark.parametrize("content", ["{", "[]", '{"faults": [1]}', '{"faults": ["kur explode"]}'])
def test_a_damaged_script_is_told_of_and_not_forgotten(tmp_path, content):
    (tmp_path / FAULTS).write_text(content)
    with pytest.raises(CorruptError, match=r"faults\.json of the lab CA is damaged"):
        FaultScript(document=Document(tmp_path, FAULTS))


def test_a_script_of_its_own_takes_the_place_of_what_was_kept(tmp_path):
    document = Document(tmp_path, FAULTS)
    FaultScript(document=document).add("kur no-answer")
    script = FaultScript(parse_script("ir reject"), document)
    assert script.lines() == ("ir reject",)


def test_a_fault_that_cannot_be_kept_is_not_there(tmp_path, monkeypatch):
    script = FaultScript(document=Document(tmp_path, FAULTS))
    script.add("kur no-answer times 2")

    def refuse(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(documents, "replace", refuse)
    for change in (lambda: script.add("ir reject"), script.clear):
        with pytest.raises(StorageError, match="No space left"):
            change()
    assert script.lines() == ("kur no-answer times 2",)
    assert script.take("kur") is not None  # one that strikes strikes, whatever the disk says
    assert script.lines() == ("kur no-answer",)

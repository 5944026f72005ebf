"""Notifications: the events of a log, with their fields, between the replies [RFC 5277]."""

from datetime import UTC, datetime, timedelta

import pytest
from netconf import Client, inner

from srpki.core import operator_events as events
from srpki.frontend.node import opened
from srpki.netconf import subscriptions

NOTIFICATION = "urn:ietf:params:xml:ns:netconf:notification:1.0"
SENT = "urn:nokia.com:sros:ns:yang:sr:notifications"
STREAMS = "urn:ietf:params:xml:ns:netmod:notification"


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("netconf") / "node", lab=False) as found:
        yield found


@pytest.fixture
def client(router):
    found = Client(router)
    yield found
    found.close()


def subscribe(body=""):
    return f'<create-subscription xmlns="{NOTIFICATION}">{body}</create-subscription>'


def happens(router, url):
    """Let something happen that is told with *url*."""
    router.node.announcer.saved(url)


def told(message):
    assert message.tag == f"{{{NOTIFICATION}}}notification"
    return message[1].findtext(f".//{{{SENT}}}url")


def test_an_event_comes_with_its_fields(router, client):
    client.ok(subscribe())
    happens(router, "cf3:\\<a&b>.cfg")
    message = client.message()
    time, event = message
    assert time.tag == f"{{{NOTIFICATION}}}eventTime" and datetime.fromisoformat(time.text)
    assert event.tag == f"{{{SENT}}}sros-log-generic-event"
    said = {one.tag.rpartition("}")[2]: one.text for one in event}
    number = said.pop("sequence-number")
    assert int(number) >= 1
    assert said == {
        "severity": "warning",
        "application": "system",
        "event-id": str(events.SAVED.number),
        "event-name": "ssiSaveBackgroundConfigSucceeded",
        "router-name": "Base",
        "subject": "Configuration Save Succeeds",
        "message": "Complete configuration file saved in the background to: cf3:\\<a&b>.cfg",
        "event-params": None,
    }
    assert told(message) == "cf3:\\<a&b>.cfg"
    assert client.data("<get-config><source><running/></source></get-config>")  # interleave


def test_only_the_subscribed_hear_and_only_until_their_end(router, client):
    other = Client(router)
    client.ok(subscribe("<stream>NETCONF</stream>"))
    happens(router, "1")
    assert other.data("<get-config><source><running/></source></get-config>")
    assert told(client.message()) == "1"
    other.close()
    logs = router.node.logs
    client.close()
    client.wait()
    assert logs._hearing == ()


def at(moment):
    return moment.astimezone(UTC).isoformat()


def test_the_past_is_told_again(router, client):
    before = router.node.clock.now() - timedelta(seconds=1)
    happens(router, "again")
    client.ok(subscribe(f"<startTime>{at(before)}</startTime>"))
    heard = []
    while (message := client.message())[1].tag != f"{{{STREAMS}}}replayComplete":
        heard.append(told(message))
    assert "again" in heard
    happens(router, "later")
    assert told(client.message()) == "later"


def test_a_stop_time_in_the_past_ends_after_what_was(router, client):
    happens(router, "was")
    now = router.node.clock.now()
    times = f"<startTime>{at(now - timedelta(hours=1))}</startTime><stopTime>{at(now)}</stopTime>"
    client.ok(subscribe(times))
    happens(router, "is")
    heard = []
    while (message := client.message())[1].tag != f"{{{STREAMS}}}notificationComplete":
        heard.append(told(message) if message[1].tag.startswith(f"{{{SENT}}}") else "")
    assert "was" in heard and "is" not in heard
    client.ok(subscribe())  # the first one is over


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ("<stream>frob</stream>", "invalid-value"),
        ("<filter/>", "operation-not-supported"),
        ("<startTime>2999-01-01T00:00:00Z</startTime>", "bad-element"),
        ("<startTime>frob</startTime>", "bad-element"),
        ("<stopTime>2999-01-01T00:00:00Z</stopTime>", "missing-element"),
        (
            "<startTime>2001-01-02T00:00:00Z</startTime><stopTime>2001-01-01T00:00:00Z</stopTime>",
            "bad-element",
        ),
    ],
)
def test_subscriptions_that_are_refused(client, body, tag):
    assert client.error(subscribe(body))[1] == tag


def test_one_subscription_at_a_time(client):
    client.ok(subscribe())
    assert client.error(subscribe())[1] == "operation-failed"


def test_a_log_for_netconf_is_a_stream_by_its_name(router, client):
    log = (
        "<log><log-id><name>42</name><netconf-stream>mine</netconf-stream><source><main>true</main>"
        "</source><destination><netconf/></destination></log-id></log>"
    )
    client.ok(client.edit(log))
    client.ok("<commit/>")
    space = f'<netconf xmlns="{STREAMS}"/>'
    assert "<name>mine</name>" in inner(client.rpc(f"<get><filter>{space}</filter></get>"))
    client.ok(subscribe("<stream>mine</stream>"))
    happens(router, "to mine")
    assert told(client.message()) == "to mine"


def test_of_too_many_that_wait_the_eldest_are_dropped(router, monkeypatch):
    heard = []
    monkeypatch.setattr(subscriptions, "WAITING", 3)
    import threading

    from srpki.netconf.streams import streams
    from srpki.netconf.subscriptions import Subscriber

    reading = threading.Event()

    def notify(element):
        reading.wait(60)
        heard.append(element)

    subscriber = Subscriber(router.node.logs, router.node.clock, notify)
    stream = next(one for one in streams(router.node.logs) if one.name == "NETCONF")
    subscriber.begin(stream, None, None)
    subscriber.start()
    for number in range(100):
        happens(router, str(number))  # the engine waits for nobody
    reading.set()
    with subscriber._changed:
        while len(subscriber._waiting):
            subscriber._changed.wait(0.1)
    subscriber.end()
    subscriber._thread.join(60)
    assert len(heard) <= 4

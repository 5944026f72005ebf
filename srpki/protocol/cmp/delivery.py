"""Delayed delivery: how the client waits for an answer that the CA has put off.

A CA puts a request off by ip, cp or kup with status ``waiting`` [RFC 4210, 5.3.22] or, for any
request, by an error message with that status [RFC 9810, 5.3.21]. It is then asked again by
pollReq until it answers what it was asked in the first place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from srpki.core.errors import ProtocolError, ResponseTimeoutError
from srpki.protocol.cmp import bodies
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.peer import CmpPeer
from srpki.protocol.cmp.status import WAITING, StatusInfo
from srpki.protocol.cmp.transaction import Transaction
from srpki.protocol.steps import Machine, Wait

SHORTEST_WAIT: Final = 1
"""Seconds that lie between two polls, whatever the server asks for."""
LONGEST_WAIT: Final = 3600
"""Seconds after which the server is asked again, whatever it asks for."""
CERT_REQ_ID: Final = 0
"""The certReqId of the one certificate that a request asks for [RFC 9483, 4.1.1]."""
ANY_REQUEST: Final = -1
"""The certReqId that is polled for after an error with ``waiting`` [RFC 9810, 5.3.22]."""

_ANSWERS_WITH_STATUS: Final = ("ip", "cp", "kup")


@dataclass(frozen=True, slots=True)
class Pause:
    """The CA has not decided: ask again after *seconds*; *reason* is the CA's."""

    seconds: int
    reason: str


class Delivery:
    """Waits for the answer to one request, which is of the kind *expected* in the end."""

    def __init__(
        self,
        transaction: Transaction,
        peer: CmpPeer,
        expected: str,
        what: str,
        polled_for: int | None = None,
    ) -> None:
        """Wait within the bounds of *peer* for what the CA says to *what*, as ``the key update``.

        *polled_for* is the certReqId of a request that was put off before; without it the answer
        that puts the request off settles what is polled for.
        """
        self._transaction = transaction
        self._peer = peer
        self._expected = expected
        self._what = what
        self._polls = 0
        self._waited = 0
        self.cert_req_id = polled_for

    def ask_again(self) -> Machine[Message]:
        """Poll once and return the answer."""
        assert self.cert_req_id is not None
        self._polls += 1
        body = bodies.encode_poll_request(self.cert_req_id)
        return (yield from self._transaction.ask(body))

    def decided(self, answer: Message, *, wait: bool) -> Machine[Message | Pause]:
        """Return the answer that decides, *answer* or a later one; without *wait* the first pause.

        Raises:
            ProtocolError: a pollRep is for another request, or an answer is an earlier one.
            ResponseTimeoutError: the CA did not decide within the bounds.
        """
        while (pause := self.pause(answer)) is not None:
            if not wait:
                return pause
            self._waited += pause.seconds
            if self._polls >= self._peer.max_polls or self._waited > self._peer.max_poll_seconds:
                raise ResponseTimeoutError(
                    f"the CA did not decide on {self._what} after {self._polls} polls",
                    hint="ask the CA's operator",
                )
            if pause.seconds:
                yield Wait(pause.seconds, pause.reason or "the CA asks to wait")
            answer = yield from self.ask_again()
        return answer

    def pause(self, answer: Message) -> Pause | None:
        """Return the pause that *answer* asks for, None when it decides."""
        if answer.kind == "pollRep" and self._polls:
            return self._named_pause(answer)
        if answer.kind == "error":
            info, polled_for = bodies.decode_error(answer), ANY_REQUEST
        elif answer.kind == self._expected and answer.kind in _ANSWERS_WITH_STATUS:
            responses, _ = bodies.decode_responses(answer)
            info, polled_for = responses[0].status, responses[0].cert_req_id
            if polled_for != CERT_REQ_ID:
                return None  # for others to judge
        else:
            return None
        if info.status != WAITING:
            return None
        if self._polls and self._transaction.names_request(answer):
            # Only what decides may do so: this is the answer that put the request off, once more.
            raise ProtocolError("the answer's recipNonce is not the senderNonce of the pollReq")
        if self.cert_req_id is None:
            self.cert_req_id = polled_for
        # The first poll follows at once [RFC 4210, 5.3.22].
        return Pause(SHORTEST_WAIT if self._polls else 0, info.line)

    def _named_pause(self, answer: Message) -> Pause:
        for item in bodies.decode_poll_answers(answer):
            if item.cert_req_id == self.cert_req_id:
                seconds = max(SHORTEST_WAIT, min(item.check_after, LONGEST_WAIT))
                return Pause(seconds, StatusInfo(text=item.reason).line)
        raise ProtocolError("the pollRep is for another request")

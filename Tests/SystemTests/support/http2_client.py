"""A client of HTTP/2 that does what it is told, and no more."""

import contextlib
import socket
import ssl
import time

import h2.config
import h2.connection
import h2.events
import h2.settings
import hyperframe.frame
from support.understudy import AUTHORIZATION


class HTTP2Client:
    """A connection. Answers are taken from the socket, and their windows kept open, only while it waits for something."""

    def __init__(self, server, window=1 << 20, room=None, validates=True):
        """
        window: of each stream, in bytes; with 0 no content comes.
        room: of the socket, for what has come and has not been read, in bytes.
        validates: whether what is not allowed is not sent.
        """
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        plain = socket.socket()
        if room:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        plain.settimeout(10)
        plain.connect(("127.0.0.1", server.port))
        self.socket = context.wrap_socket(plain)
        assert self.socket.selected_alpn_protocol() == "h2"
        self.authority = f"127.0.0.1:{server.port}"
        self.window = window
        self.connection = h2.connection.H2Connection(
            h2.config.H2Configuration(
                header_encoding="utf-8", validate_outbound_headers=validates, normalize_outbound_headers=validates
            )
        )
        self.connection.initiate_connection()
        self.connection.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        # h2 takes a connection for closed then; by RFC 9113, section 6.8, open streams continue.
        self.connection._frame_dispatch_table[hyperframe.frame.GoAwayFrame] = self._go_away
        self.events, self.is_open = [], True
        self.flush()

    def _go_away(self, frame):
        event = h2.events.ConnectionTerminated()
        event.error_code, event.last_stream_id = frame.error_code, frame.last_stream_id
        return [], [event]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        # A server that has gone is noticed when it is read from.
        with contextlib.suppress(OSError):
            self.socket.sendall(self.connection.data_to_send())

    def ask(self, path, method="GET", headers=(), ends=True, authorization=AUTHORIZATION):
        """Send a request's head, and return its stream's number."""
        stream = self.connection.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "https"), (":authority", self.authority), (":path", path)]
        self.connection.send_headers(stream, [*head, ("authorization", authorization), *headers], end_stream=ends)
        self.flush()
        return stream

    def send(self, stream, data, ends=True):
        self.connection.send_data(stream, data, end_stream=ends)
        self.flush()

    def wait_for(self, condition, seconds=10):
        """Read until `condition(event)` is true of an event, and return that; `None` where the connection is closed first."""
        deadline = time.monotonic() + seconds
        while not (found := next((event for event in self.events if condition(event)), None)) and self.is_open:
            left = deadline - time.monotonic()
            assert left > 0, "it did not happen in time"
            self.socket.settimeout(left)
            with contextlib.suppress(TimeoutError):
                self.read()
        return found

    def read(self, size=1 << 16):
        try:
            data = self.socket.recv(size)
        except (ConnectionError, ssl.SSLError):
            data = b""
        self.is_open = bool(data)
        for event in self.connection.receive_data(data) if data else ():
            self.events.append(event)
            if isinstance(event, h2.events.DataReceived) and self.window:
                self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.flush()

    def answer(self, stream, seconds=10):
        """Wait for an answer's end, and return its status, its headers and its body."""
        ends = h2.events.StreamEnded, h2.events.StreamReset
        end = self.wait_for(lambda event: isinstance(event, ends) and event.stream_id == stream, seconds)
        assert isinstance(end, h2.events.StreamEnded), end
        own = [event for event in self.events if getattr(event, "stream_id", None) == stream]
        head = next(event for event in own if isinstance(event, h2.events.ResponseReceived))
        headers = dict(head.headers)
        data = b"".join(event.data for event in own if isinstance(event, h2.events.DataReceived))
        return int(headers[":status"]), headers, data

    def get(self, path, **options):
        return self.answer(self.ask(path, **options))

"""A mail server on a free port of this machine: prints the port, then each mail as a line of JSON."""
import email
import email.policy
import json
import socket
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = mail.get_body(preferencelist=("plain",)) or next(mail.iter_parts())
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": str(mail["subject"]),
            "text": body.get_content(),
        }
        print(json.dumps(line), flush=True)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password == b"right", handled=False)


def main():
    tls = sys.argv[1]
    context = None
    if tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
    options = {"authenticator": authenticate, "auth_required": tls != "none"}
    if tls == "starttls":
        options.update(tls_context=context, require_starttls=True)

    class Server(Controller):
        def factory(self):
            return SMTP(self.handler, auth_require_tls=tls == "starttls", **options)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Server(
        Handler(),
        hostname="127.0.0.1",
        port=port,
        ssl_context=context if tls == "implicit" else None,
    )
    controller.start()
    print(controller.server.sockets[0].getsockname()[1], flush=True)
    sys.stdin.read()


main()

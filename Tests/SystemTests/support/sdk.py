"""The official SDK."""

from support.understudy import SID, TOKEN
from twilio.rest import Client


def sdk(server, user=SID, password=TOKEN, account=SID):
    """The official SDK, pointed at the server by one line."""
    client = Client(user, password, account)
    client.assistants.base_url = server.url
    return client

"""The bodies of publishes, for tests that do not test the body itself."""


def publish_body(content="hello", kind="fifo", **topic):
    """`topic` is chatId, or targetClass and targetId. With `kind` None, the server's default applies."""
    body = {"targetChannel": "WebSocket", "payload": {**topic, "content": content}}
    return body if kind is None else {**body, "messageType": kind}


def body_to_user(user, content="hello", kind="fifo"):
    return publish_body(content, kind, targetClass="user", targetId=user)

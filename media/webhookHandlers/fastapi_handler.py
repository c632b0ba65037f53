# A webhook of Rivya's for FastAPI. Include the router in your app:
#
#   app.include_router(rivya_webhooks)
#
# Set RIVYA_WEBHOOK_SECRET to the signing secret of the webhook ("whsec_…").
#
# Rivya has not documented its signature headers yet. This follows Standard Webhooks (https://www.standardwebhooks.com),
# as the Rivya sandbox does. If the live service differs, change the three header names below and `signature_of`.

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import time

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
TOLERANCE_IN_SECONDS = 5 * 60
MAXIMUM_BYTES = 1024**2

# Rivya may deliver an event more than once. Keep the ids in your database instead: a server has several processes, and
# memory is lost on a restart.
handled: set[str] = set()

rivya_webhooks = APIRouter()


@rivya_webhooks.post("/webhooks/rivya", response_class=PlainTextResponse)
async def receive(request: Request) -> str:
    # The signature covers the raw body.
    body = await raw_body(request)
    event_id = request.headers.get(ID_HEADER, "")
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    signatures = request.headers.get(SIGNATURE_HEADER, "")
    if not is_genuine(event_id, timestamp, signatures, body):
        raise HTTPException(status_code=401, detail="The signature is not valid.")
    if event_id in handled:
        return "Already handled."
    event = json.loads(body)
    if event["type"] == "generation.succeeded":
        pass  # event["data"] is the generation, with its result URLs. Do long work after you have answered.
    elif event["type"] == "generation.failed":
        pass  # event["data"] is the generation, with its error.
    handled.add(event_id)
    return "Handled."


async def raw_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAXIMUM_BYTES:
            raise HTTPException(status_code=413, detail="The body is too large.")
    return bytes(body)


def is_genuine(event_id: str, timestamp: str, signatures: str, body: bytes) -> bool:
    # A full stop in the id would move the border between the parts that are signed.
    if event_id == "" or "." in event_id or not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_IN_SECONDS:
        return False
    expected = signature_of(event_id, timestamp, body)
    # There may be several, for example while a secret is being rotated.
    for entry in signatures.split(" "):
        version, _, signature = entry.partition(",")
        try:
            given = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            continue
        if version == "v1" and hmac.compare_digest(given, expected):
            return True
    return False


def signature_of(event_id: str, timestamp: str, body: bytes) -> bytes:
    key = base64.b64decode(os.environ.get("RIVYA_WEBHOOK_SECRET", "").removeprefix("whsec_"))
    # Anyone can sign with an empty key.
    if len(key) < 16:
        raise RuntimeError("Set RIVYA_WEBHOOK_SECRET to the signing secret of the webhook.")
    return hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()

<?php

// A webhook of Rivya's for PHP 8, without a framework. Let your server route POST /webhooks/rivya to this file.
//
// Set RIVYA_WEBHOOK_SECRET to the signing secret of the webhook ("whsec_…"), and RIVYA_WEBHOOK_NOTES to a folder of your
// own that only this server can write and nobody can read by HTTP.
//
// Rivya has not documented its signature headers yet. This follows Standard Webhooks (https://www.standardwebhooks.com),
// as the Rivya sandbox does. If the live service differs, change the three header names below and signatureOf.

declare(strict_types=1);

// PHP writes the header "webhook-id" as HTTP_WEBHOOK_ID.
const ID_HEADER = 'HTTP_WEBHOOK_ID';
const TIMESTAMP_HEADER = 'HTTP_WEBHOOK_TIMESTAMP';
const SIGNATURE_HEADER = 'HTTP_WEBHOOK_SIGNATURE';
const TOLERANCE_IN_SECONDS = 5 * 60;
const MAXIMUM_BYTES = 1024 ** 2;

// Whatever ends this without an answer is a failure. PHP itself would say 200 where it displays errors.
http_response_code(500);

function answer(int $status, string $text): never
{
    http_response_code($status);
    header('Content-Type: text/plain; charset=utf-8');
    echo $text;
    exit;
}

function signatureOf(string $id, string $timestamp, string $body): string
{
    $key = base64_decode(preg_replace('/^whsec_/', '', (string) getenv('RIVYA_WEBHOOK_SECRET')), true);
    // Anyone can sign with an empty key.
    if ($key === false || strlen($key) < 16) {
        answer(500, 'RIVYA_WEBHOOK_SECRET is not a signing secret.');
    }
    return base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
}

function isGenuine(string $id, string $timestamp, string $signatures, string $body): bool
{
    // A full stop in the id would move the border between the parts that are signed.
    if ($id === '' || str_contains($id, '.') || preg_match('/^[0-9]{1,12}$/D', $timestamp) !== 1) {
        return false;
    }
    if (abs(time() - (int) $timestamp) > TOLERANCE_IN_SECONDS) {
        return false;
    }
    $expected = signatureOf($id, $timestamp, $body);
    // There may be several, for example while a secret is being rotated.
    foreach (explode(' ', $signatures) as $entry) {
        [$version, $signature] = explode(',', $entry, 2) + ['', ''];
        if ($version === 'v1' && hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}

if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
    header('Allow: POST');
    answer(405, 'Deliveries come by POST.');
}

// The signature covers the raw body.
$body = file_get_contents('php://input', length: MAXIMUM_BYTES + 1);
if ($body === false || strlen($body) > MAXIMUM_BYTES) {
    answer(413, 'The body is too large.');
}

$id = $_SERVER[ID_HEADER] ?? '';
if (!isGenuine($id, $_SERVER[TIMESTAMP_HEADER] ?? '', $_SERVER[SIGNATURE_HEADER] ?? '', $body)) {
    answer(401, 'The signature is not valid.');
}

$event = json_decode($body, true, flags: JSON_THROW_ON_ERROR);

// Rivya may deliver an event more than once. Note the ids in a table of your database with a unique key instead. Here each
// event has a file: locked while the work is under way, and with a text in it once the work is done.
$notes = (string) getenv('RIVYA_WEBHOOK_NOTES');
if (!is_dir($notes)) {
    answer(500, 'RIVYA_WEBHOOK_NOTES is not a folder.');
}
$note = @fopen($notes . '/' . hash('sha256', $id), 'c+');
if ($note === false) {
    answer(500, 'The note of the event could not be opened.');
}
if (!flock($note, LOCK_EX | LOCK_NB)) {
    // Not 200: if the work fails, the event has to come again.
    answer(409, 'It is being handled.');
}
if (stream_get_contents($note) === 'done') {
    answer(200, 'Already handled.');
}

switch ($event['type']) {
    case 'generation.succeeded':
        // $event['data'] is the generation, with its result URLs. Download them soon. Do long work after you have answered.
        break;
    case 'generation.failed':
        // $event['data'] is the generation, with its error.
        break;
}

// Only now, so that work that failed is delivered again.
if (!rewind($note) || !ftruncate($note, 0) || fwrite($note, 'done') !== 4 || !fflush($note)) {
    answer(500, 'The note of the event could not be written.');
}
answer(200, 'Handled.');

/** Which addresses webhooks may be sent to. */
import { parseWebhook } from '@millrace/shared/outbound/parse-webhook';
import { refusedAddress } from '@millrace/shared/outbound/refused-address';
import { describe, expect, it } from 'vitest';

const publicAddresses = [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.0.1',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '2606:4700::1111',
  '2a00:1450::1',
];
const privateAddresses = [
  ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1'],
  ...['198.18.0.1', '::1', 'fc00::1', 'fd12:3456:789a::1'],
];
const reserved = [
  ...['0.0.0.0', '0.1.2.3', '169.254.169.254', '169.254.0.1', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
  ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', 'fe80::1', 'ff02::1', 'fd00:ec2::254', '2001:db8::1', '2001::1', '2002:7f00:1::', '3fff::1', 'fec0::1'],
  ...[
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '100::1',
  ],
  ...[
    '64:ff9b::8.8.8.8',
    '64:ff9b::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '2002:a9fe:a9fe::1',
    '2001:0:a9fe:a9fe::1',
    'fe80::1%lo',
  ],
  ...['5f00::1', 'not an address', ''],
];

describe('an address', () => {
  it.each(publicAddresses)('%s is public and allowed', (address) => {
    expect(refusedAddress(address, false)).toBeUndefined();
  });

  it.each(privateAddresses)('%s is private and allowed only by the setting', (address) => {
    expect(refusedAddress(address, false)).toBe(`${address} is in a private network`);
    expect(refusedAddress(address, true)).toBeUndefined();
  });

  it.each(reserved)('%s is reserved or a metadata service, and never allowed', (address) => {
    expect(refusedAddress(address, false)).toBe(`${address} is reserved`);
    expect(refusedAddress(address, true)).toBe(`${address} is reserved`);
  });
});

const problemOf = (text: string, allowPrivate = false) =>
  (parseWebhook(text, allowPrivate) as { problem?: string }).problem;

describe('the URL of a webhook', () => {
  it.each([
    'https://example.com/hook',
    'https://example.com:8443/hook?x=1',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
  ])('%s is allowed', (text) => {
    expect(problemOf(text)).toBeUndefined();
  });

  it.each([
    ['no url', 'it is not a URL'],
    ['http://example.com/', 'it must begin with https://'],
    ['http://127.0.0.1/', 'it must begin with https://; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['file:///etc/passwd', 'it must begin with https://'],
    ['javascript:alert(1)', 'it must begin with https://'],
    ['https://user:secret@example.com/', 'it must not contain a user or password'],
    ['https://example.com:22/', 'its port must be 443, 8443 or 80; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['https://127.0.0.1/', '127.0.0.1 is in a private network; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['https://2130706433/', '127.0.0.1 is in a private network; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['https://0x7f.1/', '127.0.0.1 is in a private network; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['https://017700000001/', '127.0.0.1 is in a private network; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['https://127.1/', '127.0.0.1 is in a private network; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['https://127.0.0.1./', '127.0.0.1 is in a private network; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['https://0251.0376.0251.0376/', '169.254.169.254 is reserved'],
    ['https://0xa9fea9fe/', '169.254.169.254 is reserved'],
    ['https://①②⑦.⓪.⓪.①/', '127.0.0.1 is in a private network; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['https://[64:ff9b::169.254.169.254]/', '64:ff9b::a9fe:a9fe is reserved'],
    ['https://[2002:7f00:1::1]/', '2002:7f00:1::1 is reserved'],
    ['https://0/', '0.0.0.0 is reserved'],
    ['https://[::1]/', '::1 is in a private network; to allow this, set ALERT_ALLOW_PRIVATE=true'],
    ['https://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe is reserved'],
    ['https://169.254.169.254/latest/meta-data', '169.254.169.254 is reserved'],
  ])('%s is refused: %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it('may be this machine, any port and plain HTTP if private targets are allowed, but not HTTP elsewhere', () => {
    expect(problemOf('http://127.0.0.1:9000/', true)).toBeUndefined();
    expect(problemOf('http://localhost:9000/', true)).toBeUndefined();
    expect(problemOf('http://[::1]:9000/', true)).toBeUndefined();
    expect(problemOf('https://10.0.0.1:9000/', true)).toBeUndefined();
    expect(problemOf('http://10.0.0.1/', true)).toBe('it must begin with https://');
    expect(problemOf('http://127.0.0.1.example.com/', true)).toBe('it must begin with https://');
    expect(problemOf('https://169.254.169.254/', true)).toBe('169.254.169.254 is reserved');
  });
});

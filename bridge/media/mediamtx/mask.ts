// What MediaMTX prints and nobody may read in our log: credentials in URLs, query strings (tickets), viewers' addresses.
import { isIPv6 } from 'node:net';

const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)\S*@/gi;
const QUERY_VALUE = /([?&][\w.-]+=)[^\s&"']+/g;
const LOOPBACK = /^(?:127\.|0\.0\.0\.0$|::1?$)/;
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g;
const BRACKETED = /\[([0-9a-f:.]{2,45})(?:%[\w.-]{1,20})?\]/gi;
/** All eight groups, or some of them left out by `::`; a time of day has neither. */
const IPV6 = /(?<![\w:.])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|[0-9a-f:]{0,35}::[0-9a-f:.]{0,35})(?![\w:])/gi;

export function withoutSecrets(text: string): string {
  return text.replace(CREDENTIALS, '$1***@').replace(QUERY_VALUE, '$1***');
}

/** Loopback stays: our own listeners are there. */
export function withoutAddresses(text: string): string {
  const masked = (whole: string, address = whole) => (LOOPBACK.test(address) ? whole : '***');
  return text
    .replace(BRACKETED, (whole, inside: string) => (isIPv6(inside) ? masked(whole, inside) : whole))
    .replace(IPV6, (address) => (isIPv6(address) ? masked(address) : address))
    .replace(IPV4, (address) => masked(address));
}

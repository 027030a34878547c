import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rightsOf } from './rights.ts';
import { requireRight } from './user.ts';

const plain = { behindResourceServer: false };

describe('rights', () => {
  test('are read from text with blanks and from lists alike, and foreign words are passed over', () => {
    expect([...rightsOf('openid gate:read gate:admin', plain)]).toEqual(['gate:read', 'gate:admin']);
    expect([...rightsOf(['drivers', 'gate:control'], plain)]).toEqual(['gate:control']);
  });

  test('are not taken from behind a resource server unless the issuer is Cognito', () => {
    expect([...rightsOf('shop/gate:read', plain)]).toEqual([]);
    expect([...rightsOf('freight/gate:read', { behindResourceServer: true })]).toEqual(['gate:read']);
  });

  test('are none in any other claim', () => {
    fc.assert(
      fc.property(fc.anything(), (claim) => {
        expect([...rightsOf(claim, plain)]).toEqual([]);
      }),
    );
  });

  test('none contains another: an operator of the lens is not an administrator', () => {
    const user = { rights: rightsOf('gate:control', plain) };
    expect(() => requireRight(user, 'gate:control')).not.toThrow();
    expect(() => requireRight(user, 'gate:admin')).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });
});

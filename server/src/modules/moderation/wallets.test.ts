import { describe, expect, test } from 'vitest'
import { findWallets, readWallet } from './wallets.ts'

// Published examples: BIP 173/350, EIP-55, TEP-2, and well-known contracts and addresses.
const TRON = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'
const EVM = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const BITCOIN = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'
const SCRIPT = '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'
const SEGWIT = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const TAPROOT = 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'
const TON = 'EQCD39VS5jcptHL8vMjEXrzGaRcCVYto7HUn4bpAOg8xqB2N'

describe('addresses are recognised', () => {
  test.each([
    ['tron', TRON],
    ['evm', EVM],
    ['evm', EVM.toLowerCase()],
    ['bitcoin', BITCOIN],
    ['bitcoin', SCRIPT],
    ['bitcoin', SEGWIT],
    ['bitcoin', SEGWIT.toUpperCase()],
    ['bitcoin', TAPROOT],
    ['ton', TON],
    ['ton', TON.replaceAll('-', '+').replaceAll('_', '/')],
  ])('%s %s', (network, address) => {
    expect(findWallets(`Please pay to ${address}, thank you`)).toMatchObject([{ network }])
    expect(readWallet(` ${address} `)).toMatchObject({ network })
  })

  test.each([
    ['spaces between all characters', [...TRON].join(' ')],
    ['a line break in the middle', `${TRON.slice(0, 17)}\n${TRON.slice(17)}`],
    ['dots', `${EVM.slice(0, 12)}...${EVM.slice(12)}`],
    ['zero-width characters', [...BITCOIN].join('\u200b')],
    [
      'full-width letters',
      [...TRON].map(letter => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)).join(''),
    ],
    ['letters before and after', `x${SCRIPT}`],
  ])('with %s', (_, address) => {
    expect(findWallets(`send it to ${address} today`)).toHaveLength(1)
  })

  test('several in one text are each found once', () => {
    const found = findWallets(`${TRON} ${EVM} ${TRON} ${EVM.toLowerCase()} ${SEGWIT}`)
    expect(found.map(wallet => wallet.network).sort()).toEqual(['bitcoin', 'evm', 'tron'])
  })
})

describe('what is no address is left alone', () => {
  test.each([
    ['a TRON address with one letter changed', TRON.replace('7', '8')],
    ['a Bitcoin address with one letter changed', BITCOIN.replace('z', 'y')],
    ['bech32 with one letter changed', SEGWIT.replace('8f3t4', '8f3t5')],
    ['a TON address with one letter changed', TON.replace('CD3', 'CD4')],
    ['a transaction hash', `0x${'ab'.repeat(32)}`],
    ['an order number', 'Order 1234567890123456789012345678901234'],
    ['a UUID', '018f2f6e-7a4b-7c3d-9e2f-1a2b3c4d5e6f'],
    ['prose', 'Thank you for waiting. Your parcel 00340434161094021501 arrives on Tuesday.'],
  ])('%s', (_, text) => {
    expect(findWallets(text)).toEqual([])
  })

  test('an EIP-55 address in wrong mixed case is an address with a wrong checksum, and no address for the allow-list', () => {
    const wrong = EVM.replace('aA', 'Aa')
    expect(findWallets(wrong)).toMatchObject([{ network: 'evm', checksum: 'wrong' }])
    expect(readWallet(wrong)).toBeNull()
  })
})

test('the longest texts made of what addresses begin with take little time', () => {
  for (const text of ['T', '1', '3', 'bc1', '0x', 'E', '0xa', 'T1', '1 ', 'bc1q'].map(start =>
    start.repeat(4_096).slice(0, 4_096),
  )) {
    const begun = performance.now()
    findWallets(text)
    expect(performance.now() - begun, text.slice(0, 8)).toBeLessThan(800)
  }
})

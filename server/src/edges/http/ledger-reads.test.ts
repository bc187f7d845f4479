import { expect, test } from 'vitest'
import { operatorCaller } from '../../command/caller.ts'
import { LedgerReads } from './ledger-reads.ts'

const caller = operatorCaller('11111111-1111-7111-8111-111111111111')
const other = { ...caller, via: { ...caller.via, sessionId: 'another' } }

function gather(windowMs: number) {
  const recorded: [string, string[] | undefined, number][] = []
  const reads = new LedgerReads(
    async (_caller, query, { filter, count }) => void recorded.push([query, filter.position, count]),
    error => {
      throw error
    },
    windowMs,
  )
  return { reads, recorded }
}

test('thousands of reads within a minute are two entries: the first, and the range of what followed', async () => {
  const { reads, recorded } = gather(60_000)
  await reads.reading(caller, 'ledger.entries', 'all', 512, 767)
  expect(recorded).toEqual([['ledger.entries', ['512-767'], 256]])
  for (let tile = 0; tile < 1000; tile++)
    await reads.reading(caller, 'ledger.entries', 'all', tile * 256, tile * 256 + 255)
  expect(recorded).toHaveLength(1)
  await reads.stop()
  expect(recorded[1]).toEqual(['ledger.entries', ['0-255999'], 256_000])
})

test('after its minute the next read is a first one again; sessions and routes are told apart', async () => {
  const { reads, recorded } = gather(20)
  await reads.reading(caller, 'ledger.leaf', 'own', 3, 3)
  await reads.reading(other, 'ledger.leaf', 'own', 4, 4)
  await reads.reading(caller, 'ledger.entries', 'all', 0, 255)
  await new Promise(resolve => setTimeout(resolve, 60))
  await reads.reading(caller, 'ledger.leaf', 'own', 5, 5)
  await reads.stop()
  expect(recorded.map(([, positions]) => positions)).toEqual([['3-3'], ['4-4'], ['0-255'], ['5-5']])
})

test('a first read that cannot be recorded is not answered, nor does the next one pass for recorded', async () => {
  const reads = new LedgerReads(
    () => Promise.reject(new Error('no database')),
    () => {},
  )
  await expect(reads.reading(caller, 'ledger.leaf', 'all', 1, 1)).rejects.toThrow('no database')
  await expect(reads.reading(caller, 'ledger.leaf', 'all', 1, 1)).rejects.toThrow('no database')
})

import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { CATALOGUE } from '@tracedesk/contracts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRefetcher, refetchFor } from '../src/app/realtime.ts'

const item = (event: string) => ({
  event,
  position: 7,
  subjectKind: 'message',
  subjectId: 's',
  conversationId: 'c1',
  customerId: 'u1',
})

test('every work event changes something on screen beside the ledger', () => {
  const silent = [...CATALOGUE.values()]
    .filter(({ reach, name }) => reach === 'work' && !name.startsWith('command.'))
    .filter(({ name }) => refetchFor(item(name)).length < 2)
    .map(({ name }) => name)
  expect(silent).toEqual([])
})

test('a message refetches its own thread and no other', () => {
  expect(refetchFor(item('message.received'))).toContainEqual(['conversation.messages', { id: 'c1' }])
  expect(refetchFor({ ...item('message.received'), conversationId: null })).not.toContainEqual([
    'conversation.messages',
    { id: null },
  ])
})

let client: QueryClient
beforeEach(() => {
  vi.useFakeTimers()
  client = new QueryClient()
})
afterEach(() => {
  client.clear()
  vi.useRealTimers()
})

function watch(queryFn: () => Promise<unknown>) {
  const observer = new QueryObserver(client, {
    queryKey: ['bot.list', {}],
    queryFn,
    staleTime: Infinity,
    retry: false,
  })
  return observer.subscribe(() => undefined)
}

test('a burst of changes asks once at once and once more after it, not once each', async () => {
  let asked = 0
  const stop = watch(async () => ++asked)
  await vi.advanceTimersByTimeAsync(10)
  expect(asked).toBe(1)
  const refetcher = createRefetcher(client, () => true)
  for (let change = 0; change < 50; change++) refetcher.add([['bot.list']])
  await vi.advanceTimersByTimeAsync(10)
  expect(asked).toBe(2)
  await vi.advanceTimersByTimeAsync(2000)
  expect(asked).toBe(3)
  stop()
})

/** A server that answers when told to; `asked` counts. */
function slowAnswers() {
  const answers: ((value: number) => void)[] = []
  const ask = vi.fn(() => new Promise<number>(resolve => answers.push(resolve)))
  return { answers, ask }
}

test('a change during a slow answer is asked for after it', async () => {
  const { answers, ask } = slowAnswers()
  const stop = watch(ask)
  answers.shift()?.(0)
  await vi.advanceTimersByTimeAsync(0)
  const refetcher = createRefetcher(client, () => true)
  refetcher.add([['bot.list']])
  await vi.advanceTimersByTimeAsync(500)
  refetcher.add([['bot.list']])
  expect(ask).toHaveBeenCalledTimes(2)
  answers.shift()?.(1)
  await vi.advanceTimersByTimeAsync(300)
  expect(ask).toHaveBeenCalledTimes(3)
  stop()
})

test('a change during the very first load is not lost', async () => {
  const { answers, ask } = slowAnswers()
  const stop = watch(ask)
  createRefetcher(client, () => true).add([['bot.list']])
  await vi.advanceTimersByTimeAsync(0)
  answers.shift()?.(0)
  await vi.advanceTimersByTimeAsync(10)
  expect(ask).toHaveBeenCalledTimes(2)
  stop()
})

test('a change during a load ahead of the look is asked for when somebody looks', async () => {
  const { answers, ask } = slowAnswers()
  const ahead = client.prefetchQuery({ queryKey: ['bot.list', {}], queryFn: ask, staleTime: Infinity })
  await vi.advanceTimersByTimeAsync(0)
  createRefetcher(client, () => true).add([['bot.list']])
  await vi.advanceTimersByTimeAsync(0)
  answers.shift()?.(0)
  await ahead
  await vi.advanceTimersByTimeAsync(10)
  expect(ask).toHaveBeenCalledTimes(1)
  const stop = watch(ask)
  await vi.advanceTimersByTimeAsync(10)
  expect(ask).toHaveBeenCalledTimes(2)
  stop()
})

test('a page nobody looks at asks nothing until it is looked at', async () => {
  let asked = 0
  let isWatched = false
  const stop = watch(async () => ++asked)
  await vi.advanceTimersByTimeAsync(10)
  const refetcher = createRefetcher(client, () => isWatched)
  refetcher.add([['bot.list']])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toBe(1)
  isWatched = true
  refetcher.look()
  await vi.advanceTimersByTimeAsync(10)
  expect(asked).toBe(2)
  stop()
})

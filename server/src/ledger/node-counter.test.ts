import { expect, test } from 'vitest'
import { NodeCounter } from './node-counter.ts'

test('a number whose transaction was undone is used again, one whose end nobody knows is not', () => {
  const counter = new NodeCounter()
  expect([counter.take('w'), counter.take('w'), counter.take('w')]).toEqual([1, 2, 3])
  counter.giveBack('w', 2)
  counter.doubt('w', 3)
  expect(counter.state('w')).toEqual({ highest: 3, free: [2], inDoubt: [3] })
  expect([counter.take('w'), counter.take('w')]).toEqual([2, 4])
  expect(counter.state('w')).toEqual({ highest: 4, free: [], inDoubt: [3] })
})

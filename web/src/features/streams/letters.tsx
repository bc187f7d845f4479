import { Button, Table } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { pagesOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { STREAMS_CHANGED, type Stream } from './stream.ts'
import classes from './streams.module.css'

/** What a receiver refused for good: send it once more, or give it up. */
export function Letters({ stream, onClose }: { stream: Stream; onClose: () => void }) {
  const t = useT()
  const may = useMay()
  const format = useFormat()
  const { id } = stream
  const list = useInfiniteQuery(pagesOf('stream.letters', { id, limit: 50 }))
  const retry = useCommand('stream.retry_letters', { changes: STREAMS_CHANGED })
  const discard = useCommand('stream.discard_letters', { changes: STREAMS_CHANGED })
  const items = list.data?.pages.flatMap(page => page.items) ?? []
  const isBusy = retry.isPending || discard.isPending
  return (
    <Dialog size="xl" onClose={onClose} title={`${t('streams.lettersTitle')}: ${stream.name}`}>
      <p>{t('streams.lettersText')}</p>
      {list.isPending && <RowsSkeleton rows={3} />}
      {list.isError && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {list.data && items.length === 0 && <p>{t('streams.lettersEmpty')}</p>}
      {items.length > 0 && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard */}
          <section className={classes.scroll} tabIndex={0} aria-label={t('streams.lettersTitle')}>
            <Table verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('streams.position')}</Table.Th>
                  <Table.Th>{t('field.status')}</Table.Th>
                  <Table.Th>{t('streams.attempts')}</Table.Th>
                  <Table.Th>{t('streams.at')}</Table.Th>
                  <Table.Th>{t('streams.actions')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map(letter => (
                  <Table.Tr key={letter.position}>
                    <Table.Td className="tabular">{format.number(letter.position)}</Table.Td>
                    <Table.Td className="tabular">{letter.status}</Table.Td>
                    <Table.Td className="tabular">{letter.attempts}</Table.Td>
                    <Table.Td>
                      <Time at={letter.at} show="brief" />
                    </Table.Td>
                    <Table.Td>
                      <div className={classes.acts}>
                        {letter.waiting && t('streams.isWaiting')}
                        {!letter.waiting && may('stream.retry_letters') && (
                          <Button
                            size="compact-xs"
                            variant="default"
                            disabled={isBusy}
                            onClick={() => retry.mutate({ id, positions: [letter.position] })}
                          >
                            {t('streams.retry')}
                          </Button>
                        )}
                        {may('stream.discard_letters') && (
                          <Button
                            size="compact-xs"
                            variant="default"
                            disabled={isBusy}
                            onClick={() => discard.mutate({ id, positions: [letter.position] })}
                          >
                            {t('streams.discard')}
                          </Button>
                        )}
                        <LinkButton
                          to="/log"
                          search={{ entry: letter.entryId }}
                          size="compact-xs"
                          variant="subtle"
                        >
                          {t('streams.openEntry')}
                        </LinkButton>
                      </div>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </section>
          <div className={classes.acts}>
            {may('stream.retry_letters') && (
              <Button size="xs" loading={retry.isPending} onClick={() => retry.mutate({ id })}>
                {t('streams.retryAll')}
              </Button>
            )}
            {may('stream.discard_letters') && (
              <Button
                size="xs"
                variant="default"
                loading={discard.isPending}
                onClick={() => discard.mutate({ id })}
              >
                {t('streams.discardAll')}
              </Button>
            )}
            {list.hasNextPage && (
              <Button size="xs" variant="default" onClick={() => void list.fetchNextPage()}>
                {t('exports.more')}
              </Button>
            )}
          </div>
        </>
      )}
    </Dialog>
  )
}

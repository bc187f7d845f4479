import { Button, Checkbox, Select, Table, TextInput } from '@mantine/core'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput, RoleKey } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useDirectory } from '../../shared/directory.ts'
import { EditorDialog } from '../../shared/editor-dialog.tsx'
import { queryOf } from '../../shared/queries.ts'
import { useRoleName } from '../../shared/role-name.ts'
import { useMay } from '../../shared/session.ts'
import { CopyField } from '../../shared/ui/copy-field.tsx'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { PermissionChoice } from './permission-choice.tsx'
import { useRoleChoices } from './role-choices.ts'
import classes from './team.module.css'
import { TeamNav } from './team-nav.tsx'

type Token = QueryOutput<'api_token.list'>['items'][number]

/** Tokens for programs: made with a role, at most its permissions and an end; shown once. */
export function TokensPage() {
  const t = useT()
  const may = useMay()
  const [isMaking, setMaking] = useState(false)
  const [made, setMade] = useState<string | null>(null)
  const tokens = useQuery({ ...queryOf('api_token.list', {}), enabled: may('setting.view') })
  if (!may('setting.view')) return <NoPermissionFace />
  return (
    <Page
      title={t('team.tokens.title')}
      text={t('team.tokens.text')}
      action={
        may('api_token.create') && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
            {t('team.tokens.create')}
          </Button>
        )
      }
    >
      <TeamNav />
      {tokens.isPending && <RowsSkeleton rows={3} />}
      {tokens.isError && !tokens.data && (
        <ErrorFace error={tokens.error} retry={() => void tokens.refetch()} />
      )}
      {tokens.data?.items.length === 0 && (
        <EmptyFace
          icon={<IconKey size={26} stroke={1.6} />}
          title={t('team.tokens.empty')}
          text={t('team.tokens.emptyText')}
        />
      )}
      {tokens.data && tokens.data.items.length > 0 && <TokensTable tokens={tokens.data.items} />}
      {isMaking && (
        <MakeToken
          onClose={() => setMaking(false)}
          onMade={token => {
            setMaking(false)
            setMade(token)
          }}
        />
      )}
      {made && (
        <Dialog onClose={() => setMade(null)} title={t('team.tokens.made')} closeOnClickOutside={false}>
          <p className={classes.text}>{t('team.tokens.once')}</p>
          <CopyField value={made} label={t('team.tokens.token')} />
        </Dialog>
      )}
    </Page>
  )
}

function TokensTable({ tokens }: { tokens: readonly Token[] }) {
  const t = useT()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t('team.tokens.title')}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('team.tokens.name')}</Table.Th>
            <Table.Th>{t('team.role')}</Table.Th>
            <Table.Th>{t('team.tokens.created')}</Table.Th>
            <Table.Th>{t('team.tokens.until')}</Table.Th>
            <Table.Th>{t('team.tokens.lastUsed')}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map(token => (
            <TokenRow key={token.id} token={token} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function TokenRow({ token }: { token: Token }) {
  const t = useT()
  const may = useMay()
  const nameOf = useRoleName()
  const directory = useDirectory()
  const revoke = useCommand('api_token.revoke', { changes: [['api_token.list']] })
  const isExpired = token.expiresAt !== null && Date.parse(token.expiresAt) <= Date.now()
  const over = token.revokedAt !== null || isExpired
  return (
    <Table.Tr data-seat={over ? 'deactivated' : 'active'}>
      <Table.Td>
        <bdi>{token.name}</bdi>
        {token.createdBy && <small className={classes.key}>{directory.agent(token.createdBy)}</small>}
      </Table.Td>
      <Table.Td>
        {nameOf(token.role)}
        <small className={classes.key}>
          {token.permissions
            ? t('team.tokens.some', { count: token.permissions.length })
            : t('team.tokens.allOfRole')}
        </small>
      </Table.Td>
      <Table.Td>
        <Time at={token.createdAt} show="brief" />
      </Table.Td>
      <Table.Td>
        {token.expiresAt ? <Time at={token.expiresAt} show="brief" /> : t('team.tokens.noEnd')}
      </Table.Td>
      <Table.Td>
        {token.lastUsedAt ? <Time at={token.lastUsedAt} show="exact" /> : t('team.tokens.never')}
      </Table.Td>
      <Table.Td className={classes.actions}>
        {over && t('team.tokens.ended')}
        {!over && may('api_token.revoke') && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t('team.tokens.endOf', { name: token.name })}
            loading={revoke.isPending}
            onClick={() => revoke.mutate({ apiTokenId: token.id })}
          >
            {t('team.tokens.end')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

const DAYS = ['30', '90', '365', 'never'] as const

function MakeToken({ onClose, onMade }: { onClose: () => void; onMade: (token: string) => void }) {
  const t = useT()
  const choices = useRoleChoices()
  const roles = useQuery(queryOf('role.list', {}))
  const [name, setName] = useState('')
  const [role, setRole] = useState('auditor')
  const [days, setDays] = useState<string>('90')
  const [narrow, setNarrow] = useState<string[] | null>(null)
  const create = useCommand('api_token.create', {
    announce: false,
    changes: [['api_token.list']],
    onDone: ({ apiToken }) => onMade(apiToken.token),
  })
  const ofRole = roles.data?.items.find(one => one.role === role)?.permissions ?? []
  const submit = () =>
    create.mutate({
      name: name.trim(),
      role: role as RoleKey, // one of the server's own list
      ...(narrow ? { permissions: narrow } : {}),
      ...(days === 'never'
        ? {}
        : { expiresAt: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }),
    })
  return (
    <EditorDialog
      size="xl"
      title={t('team.tokens.create')}
      submit={t('team.tokens.createDo')}
      isReady={name.trim() !== ''}
      isBusy={create.isPending}
      error={create.error}
      onSave={submit}
      onClose={onClose}
    >
      <TextInput
        label={t('team.tokens.name')}
        maxLength={80}
        required
        data-autofocus
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <Select
        label={t('team.role')}
        allowDeselect={false}
        data={choices}
        value={role}
        onChange={value => value && setRole(value)}
      />
      <Select
        label={t('team.tokens.until')}
        allowDeselect={false}
        value={days}
        data={DAYS.map(value => ({
          value,
          label: value === 'never' ? t('team.tokens.noEnd') : t('team.tokens.days', { count: Number(value) }),
        }))}
        onChange={value => value && setDays(value)}
      />
      <Checkbox
        label={t('team.tokens.narrow')}
        checked={narrow !== null}
        onChange={event => setNarrow(event.currentTarget.checked ? [] : null)}
      />
      {narrow && <PermissionChoice all={ofRole} chosen={narrow} onChange={setNarrow} />}
    </EditorDialog>
  )
}

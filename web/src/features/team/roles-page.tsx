import { ActionIcon, Button, Table } from '@mantine/core'
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'

import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useRoleName } from '../../shared/role-name.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { RoleEditor } from './role-editor.tsx'
import classes from './team.module.css'
import type { RoleItem } from './team.ts'
import { TeamNav } from './team-nav.tsx'

/** Built-in roles and those of the workspace; its own can be made, changed and taken away here. */
export function RolesPage() {
  const t = useT()
  const may = useMay()
  const [editing, setEditing] = useState<RoleItem | 'new' | null>(null)
  const [leaving, setLeaving] = useState<RoleItem | null>(null)
  const roles = useQuery({ ...queryOf('role.list', {}), enabled: may('team.view') })
  if (!may('team.view')) return <NoPermissionFace />
  return (
    <Page
      title={t('team.roles.title')}
      text={t('team.roles.text')}
      action={
        may('role.create') && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
            {t('team.roles.create')}
          </Button>
        )
      }
    >
      <TeamNav />
      {roles.isPending && <RowsSkeleton rows={5} />}
      {roles.isError && !roles.data && <ErrorFace error={roles.error} retry={() => void roles.refetch()} />}
      {roles.data && <RolesTable roles={roles.data.items} onEdit={setEditing} onDelete={setLeaving} />}
      {editing && roles.data && (
        <RoleEditor
          role={editing === 'new' ? null : editing}
          permissions={roles.data.permissions}
          onClose={() => setEditing(null)}
        />
      )}
      {leaving && <DeleteRole role={leaving} onClose={() => setLeaving(null)} />}
    </Page>
  )
}

function RolesTable(props: {
  roles: readonly RoleItem[]
  onEdit: (role: RoleItem) => void
  onDelete: (role: RoleItem) => void
}) {
  const t = useT()
  const may = useMay()
  const me = useMe()
  const nameOf = useRoleName()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t('team.roles.title')}>
      <Table verticalSpacing={6} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('team.role')}</Table.Th>
            <Table.Th>{t('team.roles.scope')}</Table.Th>
            <Table.Th>{t('team.roles.permissions')}</Table.Th>
            <Table.Th>{t('team.people')}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.roles.map(role => (
            <Table.Tr key={role.role}>
              <Table.Td>
                <bdi>{nameOf(role.role)}</bdi>
                <small className={classes.key}>
                  {role.name === null ? t('team.roles.builtIn') : role.role}
                </small>
              </Table.Td>
              <Table.Td>{t(`team.roles.scopeOf.${role.scope}`)}</Table.Td>
              <Table.Td className="tabular">{role.permissions.length}</Table.Td>
              <Table.Td className="tabular">{role.agents}</Table.Td>
              <Table.Td className={classes.actions}>
                {role.name !== null && role.rank <= me.rank && may('role.update') && (
                  <ActionIcon
                    aria-label={t('team.roles.edit', { name: role.name })}
                    onClick={() => props.onEdit(role)}
                  >
                    <IconPencil size={17} aria-hidden />
                  </ActionIcon>
                )}
                {role.name !== null && role.rank <= me.rank && may('role.delete') && (
                  <ActionIcon
                    aria-label={t('team.roles.delete', { name: role.name })}
                    onClick={() => props.onDelete(role)}
                  >
                    <IconTrash size={17} aria-hidden />
                  </ActionIcon>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function DeleteRole({ role, onClose }: { role: RoleItem; onClose: () => void }) {
  const t = useT()
  const remove = useCommand('role.delete', {
    announce: false,
    changes: [['role.list']],
    onDone: onClose,
  })
  return (
    <Confirm
      title={t('team.roles.deleteTitle', { name: role.name ?? role.role })}
      goes={t('team.roles.deleteGoes')}
      stays={t('team.roles.deleteStays')}
      confirm={t('team.roles.deleteDo')}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ role: role.role })}
      onClose={onClose}
    />
  )
}

import { CannedReplies } from '../features/canned-replies/canned-replies.tsx'
import { Fields } from '../features/customers/fields.tsx'
import { LabelSets } from '../features/labels/label-sets.tsx'
import { LabelList } from '../features/labels/labels.tsx'
import { PhraseGroups } from '../features/moderation/phrase-groups.tsx'
import { Wallets } from '../features/moderation/wallets.tsx'
import { useT } from '../i18n/index.ts'
import { useMay } from '../shared/session.ts'
import { NoPermissionFace } from '../shared/ui/faces.tsx'
import { Page } from '../shared/ui/page.tsx'

/** What a team answers with, what it may not write, and what it keeps of customers. */
export function RepliesPage() {
  const t = useT()
  const may = useMay()
  if (!may('canned_reply.view')) return <NoPermissionFace />
  return (
    <Page title={t('replies.page')} text={t('replies.pageText')}>
      <CannedReplies />
      <LabelList />
      <LabelSets />
      {may('moderation.view') && <PhraseGroups />}
      {may('moderation.view') && <Wallets />}
      {may('field.define') && <Fields />}
    </Page>
  )
}

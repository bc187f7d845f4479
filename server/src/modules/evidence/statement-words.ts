/** What a statement says, in one language. Gaps are in braces; `numbers` is a BCP 47 tag. */
export interface StatementWords {
  readonly numbers: string
  readonly title: string
  readonly what: string
  readonly workspace: string
  readonly origin: string
  readonly range: string
  readonly rangeValue: string
  readonly asked: string
  readonly scope: string
  readonly scopeAll: string
  readonly scopeConversation: string
  readonly scopeDispute: string
  readonly scopeTime: string
  readonly entries: string
  readonly entriesValue: string
  readonly closed: string
  readonly proves: string
  readonly how: string
  readonly steps: readonly string[]
  readonly caution: string
}

export const STATEMENT_WORDS: Readonly<Record<'en' | 'zh' | 'ru', StatementWords>> = {
  en: {
    numbers: 'en',
    title: 'Statement of evidence',
    what: 'This file belongs to a bundle of evidence taken from the behaviour log of a Tracedesk support desk. The log is kept so that nothing recorded in it can be changed, removed, inserted or moved without being noticed.',
    workspace: 'Workspace',
    origin: 'Log',
    range: 'Range',
    rangeValue: 'positions {from} to {to}, without a gap',
    asked: 'Made by',
    scope: 'Asked for',
    scopeAll: 'every entry in the range',
    scopeConversation: 'conversation {id}',
    scopeDispute: 'dispute {id}, as far as whoever asked may see it; what they may not see is closed',
    scopeTime: 'from {from} to {to}',
    entries: 'Entries',
    entriesValue: '{entries}, of which {closed} closed',
    closed:
      'A closed entry is one that was not asked for. Its content is not in the bundle, its place in the log is: so it is visible that nothing is missing in between.',
    proves:
      'What this proves: these entries, with exactly this content, stood at these places in the log when its head was signed. What it does not prove: that what was recorded was true.',
    how: 'How to verify',
    steps: [
      'Get the verifier (tracedesk-verifier.html) from a source you trust and open it. It works without a network.',
      'Get the verifier key or trust file of this log from the organisation by another way than this bundle: from its contract, its website, or a notary it deposited the key with.',
      'Give both files to the verifier: the bundle (the whole ZIP) and the key. It names its verdict and shows each entry.',
    ],
    caution:
      'The statement you are reading and the file trust.json are part of the bundle. Do not rely on them by themselves: rely on the verdict of a verifier with a key of your own.',
  },
  zh: {
    numbers: 'zh-CN',
    title: '证据声明',
    what: '本文件属于一个证据包，取自 Tracedesk 客服台的行为日志。该日志的保存方式使其中任何记录都无法在不被发现的情况下被修改、删除、插入或移动。',
    workspace: '工作区',
    origin: '日志',
    range: '范围',
    rangeValue: '位置 {from} 至 {to}，连续无缺',
    asked: '制作人',
    scope: '请求内容',
    scopeAll: '范围内的所有条目',
    scopeConversation: '会话 {id}',
    scopeDispute: '争议 {id}，以请求者有权查看的内容为限；其无权查看的内容不公开',
    scopeTime: '从 {from} 至 {to}',
    entries: '条目',
    entriesValue: '{entries} 条，其中 {closed} 条封闭',
    closed: '封闭条目是未被请求的条目。其内容不在本包中，但其在日志中的位置在：因此可以看出中间没有遗漏。',
    proves:
      '本包证明：这些条目以完全相同的内容，在日志头签名时位于这些位置。本包不证明：所记录的内容是真实的。',
    how: '如何验证',
    steps: [
      '从您信任的来源获取验证器（tracedesk-verifier.html）并打开。它无需网络即可工作。',
      '通过本包以外的途径向该组织获取此日志的验证密钥或信任文件：例如合同、网站或存放密钥的公证处。',
      '将两个文件交给验证器：证据包（整个 ZIP）和密钥。它会给出结论并显示每个条目。',
    ],
    caution:
      '您正在阅读的声明和 trust.json 文件是本包的一部分。请勿单独依赖它们：请依赖使用您自己密钥的验证器的结论。',
  },
  ru: {
    numbers: 'ru',
    title: 'Заявление о доказательствах',
    what: 'Этот файл входит в пакет доказательств, взятый из журнала действий службы поддержки Tracedesk. Журнал ведётся так, что ни одну запись нельзя незаметно изменить, удалить, вставить или переставить.',
    workspace: 'Рабочее пространство',
    origin: 'Журнал',
    range: 'Диапазон',
    rangeValue: 'позиции {from}–{to}, без пропусков',
    asked: 'Составил(а)',
    scope: 'Запрошено',
    scopeAll: 'все записи диапазона',
    scopeConversation: 'разговор {id}',
    scopeDispute: 'спор {id}, насколько он виден запросившему; что ему не видно, закрыто',
    scopeTime: 'с {from} по {to}',
    entries: 'Записи',
    entriesValue: '{entries}, из них закрытых: {closed}',
    closed:
      'Закрытая запись — та, которую не запрашивали. Её содержания в пакете нет, но её место в журнале есть: видно, что между записями ничего не пропущено.',
    proves:
      'Что это доказывает: эти записи с именно этим содержанием стояли на этих местах, когда подписывалась вершина журнала. Чего не доказывает: что записанное было правдой.',
    how: 'Как проверить',
    steps: [
      'Возьмите программу проверки (tracedesk-verifier.html) из источника, которому доверяете, и откройте её. Сеть ей не нужна.',
      'Получите ключ проверки или файл доверия этого журнала от организации другим путём, не из пакета: из договора, с сайта, у нотариуса, которому ключ передан.',
      'Передайте программе оба файла: пакет (ZIP целиком) и ключ. Она назовёт вывод и покажет каждую запись.',
    ],
    caution:
      'Это заявление и файл trust.json — часть пакета. Не полагайтесь на них самих: полагайтесь на вывод программы проверки с вашим собственным ключом.',
  },
}

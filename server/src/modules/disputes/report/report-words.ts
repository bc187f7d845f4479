export type ReportLanguage = 'en' | 'zh' | 'ru'

/** What a report says beside the words the console has already. Gaps are in braces. */
export interface ReportWords {
  readonly title: string
  readonly workspace: string
  readonly about: string
  readonly customer: string
  readonly times: string
  readonly opened: string
  readonly state: string
  readonly complaint: string
  readonly decision: string
  readonly undecided: string
  readonly pending: string
  readonly nobody: string
  readonly made: string
  readonly zone: string
  readonly cut: string
  readonly proof: string
  readonly positions: string
  readonly checkpoint: string
  readonly unsigned: string
  readonly key: string
  readonly proves: string
  readonly how: string
  readonly steps: readonly string[]
  readonly sight: string
  readonly letters: string
  readonly foot: string
  readonly pages: string
}

export const REPORT_WORDS: Readonly<Record<ReportLanguage, ReportWords>> = {
  en: {
    title: 'Dispute report',
    workspace: 'Workspace',
    about: 'About',
    customer: 'Customer',
    times: 'Times',
    opened: 'Opened',
    state: 'State',
    complaint: 'The complaint',
    decision: 'Decision',
    undecided: 'Not decided yet.',
    pending: 'waiting for its position',
    nobody: 'Nobody.',
    made: 'Report made',
    zone: 'All times in {zone}. The number after an entry is its position in the log.',
    cut: 'The story goes on: only its first {count} entries are printed. The bundle of evidence has all of them.',
    proof: 'Proof',
    positions: 'Positions',
    checkpoint: 'Checkpoint',
    unsigned: 'No head of the log has been signed yet.',
    key: 'Verifier key',
    proves:
      'A printed page proves nothing by itself. It says where each entry stands in the log, and under which signed head; the bundle of evidence of this dispute proves it to anybody.',
    how: 'How to verify',
    steps: [
      'Ask for the bundle of evidence of this dispute, and get the verifier key from the organisation by another way than this paper: a contract, its website, a notary.',
      'Open the verifier (tracedesk-verifier.html, or “tracedesk verify --from bundle.zip --vkey KEY”). It needs neither a network nor the organisation’s server.',
      'Compare: the entries of this report stand in the bundle at the positions printed here. That this file was made is an entry of the log as well (dispute.reported), with the SHA-256 of this file.',
    ],
    sight: 'This report shows what {name} may see. What their role does not see is marked or absent.',
    letters:
      'Some letters of other writings are printed as {box}: this report has no type for them. The log has them in full.',
    foot: '{workspace} · {title} · made by {name}, {at}',
    pages: 'page {page} of {pages}',
  },
  zh: {
    title: '争议报告',
    workspace: '工作区',
    about: '对象',
    customer: '客户',
    times: '时间范围',
    opened: '立案',
    state: '状态',
    complaint: '投诉内容',
    decision: '裁定',
    undecided: '尚未裁定。',
    pending: '等待分配位置',
    nobody: '无。',
    made: '报告生成',
    zone: '所有时间均为 {zone}。记录后的数字是其在日志中的位置。',
    cut: '经过未完：此处仅打印前 {count} 条记录。证据包中包含全部记录。',
    proof: '证明',
    positions: '位置',
    checkpoint: '检查点',
    unsigned: '日志头尚未签名。',
    key: '验证密钥',
    proves:
      '打印的纸张本身不能证明任何事。它说明每条记录位于日志的何处、属于哪个已签名的日志头；本争议的证据包可向任何人证明这一点。',
    how: '如何验证',
    steps: [
      '索取本争议的证据包，并通过本文件以外的途径向该组织获取验证密钥：例如合同、网站或公证处。',
      '打开验证器（tracedesk-verifier.html，或运行“tracedesk verify --from bundle.zip --vkey KEY”）。它既不需要网络，也不需要该组织的服务器。',
      '进行比对：本报告中的记录在证据包中位于此处所印的位置。生成本文件这一操作本身也是日志中的一条记录（dispute.reported），其中包含本文件的 SHA-256。',
    ],
    sight: '本报告仅显示 {name} 有权查看的内容。其角色无权查看的内容已标明或未列出。',
    letters: '其他文字中的部分字符印为 {box}：本报告没有相应字体。日志中保存有完整内容。',
    foot: '{workspace} · {title} · 由 {name} 于 {at} 生成',
    pages: '第 {page} 页，共 {pages} 页',
  },
  ru: {
    title: 'Отчёт о споре',
    workspace: 'Рабочее пространство',
    about: 'О чём',
    customer: 'Клиент',
    times: 'Время',
    opened: 'Открыт',
    state: 'Состояние',
    complaint: 'Жалоба',
    decision: 'Решение',
    undecided: 'Решения ещё нет.',
    pending: 'ждёт своего места',
    nobody: 'Никто.',
    made: 'Отчёт составлен',
    zone: 'Время везде: {zone}. Число после записи — её место в журнале.',
    cut: 'История продолжается: напечатаны только первые записи ({count}). В пакете доказательств есть все.',
    proof: 'Доказательство',
    positions: 'Места в журнале',
    checkpoint: 'Контрольная точка',
    unsigned: 'Журнал ещё ни разу не подписан.',
    key: 'Ключ проверки',
    proves:
      'Напечатанная страница сама ничего не доказывает. Она говорит, где в журнале стоит каждая запись и под какой подписью; пакет доказательств этого спора докажет это кому угодно.',
    how: 'Как проверить',
    steps: [
      'Запросите пакет доказательств этого спора, а ключ проверки получите у организации иным путём, чем эта бумага: из договора, с сайта, у нотариуса.',
      'Откройте программу проверки (tracedesk-verifier.html или «tracedesk verify --from bundle.zip --vkey KEY»). Ей не нужны ни сеть, ни сервер организации.',
      'Сравните: записи этого отчёта стоят в пакете на местах, которые здесь напечатаны. То, что этот файл был составлен, — тоже запись журнала (dispute.reported), в ней есть SHA-256 этого файла.',
    ],
    sight:
      'Отчёт показывает то, что вправе видеть {name}. Чего не видно этой роли, отмечено или отсутствует.',
    letters:
      'Некоторые буквы других письменностей напечатаны как {box}: для них в отчёте нет шрифта. В журнале они есть полностью.',
    foot: '{workspace} · {title} · составлен: {name}, {at}',
    pages: 'страница {page} из {pages}',
  },
}

export const fillWords = (text: string, gaps: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{?(\w+)\}\}?/g, (whole, name: string) => gaps[name] ?? whole)

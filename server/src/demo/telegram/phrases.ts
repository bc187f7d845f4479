/** A text with its language (BCP 47, two letters are enough). */
export interface Phrase {
  readonly lang: string
  readonly text: string
}

/** What a customer of one language says, and what such customers are called. */
export interface Voice {
  readonly lang: string
  /** First and last names; the last name may be missing. */
  readonly names: readonly (readonly [first: string, last?: string])[]
  readonly openings: readonly string[]
  readonly details: readonly string[]
  readonly impatience: readonly string[]
  readonly thanks: readonly string[]
}

const ENGLISH: Voice = {
  lang: 'en',
  names: [['Maya', 'Collins'], ['Oliver', 'Reed'], ['Priya', 'Nair'], ['Tom'], ['Grace', 'Adeyemi']],
  openings: [
    'Hi, my parcel was due on Monday and it still says "in transit". Can you check?',
    'Hello! I was charged twice for the same order 😕',
    'How do I change the delivery address after paying?',
    'The app logs me out every time I open the basket.',
    'Do you ship to Norway, and what does it cost?',
  ],
  details: [
    'The order number is 48-20911.',
    'I paid by card, the one ending in 7731.',
    'It is on the latest version, on Android.',
  ],
  impatience: ['Is anybody there?', 'I have been waiting for a while now…', 'Hello??'],
  thanks: ['Thank you, that solved it!', 'Great, thanks a lot 🙏', 'Perfect. Have a nice day!'],
}

const CHINESE: Voice = {
  lang: 'zh',
  names: [['伟', '陈'], ['小雨', '林'], ['志强', '王'], ['晓梅']],
  openings: [
    '你好，我的快递三天没有更新物流了，能帮忙查一下吗？',
    '请问订单付款之后还能改地址吗？',
    '我被重复扣款了，怎么退回来？',
    '客服在吗？优惠券显示不可用。',
  ],
  details: ['订单号是 5520-1187。', '我是用银行卡付的款。', '手机是安卓的，应用已经更新到最新版。'],
  impatience: ['有人吗？', '等了好久了……', '麻烦快一点，谢谢'],
  thanks: ['好的，谢谢你！', '问题解决了，非常感谢 👍', '明白了，辛苦了'],
}

const RUSSIAN: Voice = {
  lang: 'ru',
  names: [['Анна', 'Соколова'], ['Дмитрий', 'Орлов'], ['Екатерина'], ['Тимур', 'Галиев']],
  openings: [
    'Здравствуйте! Заказ должен был прийти вчера, но статус не меняется.',
    'Добрый день, как оформить возврат? Размер не подошёл.',
    'С меня дважды списали деньги за одну покупку.',
    'Не приходит код подтверждения, что делать?',
  ],
  details: ['Номер заказа 7714-03.', 'Платила картой, чек есть.', 'Телефон тот же, что в профиле.'],
  impatience: ['Вы здесь?', 'Жду уже довольно долго…', 'Ответьте, пожалуйста!'],
  thanks: ['Спасибо большое, всё получилось!', 'Отлично, благодарю 🙌', 'Поняла, хорошего дня!'],
}

const SPANISH: Voice = {
  lang: 'es',
  names: [['Lucía', 'Fernández'], ['Mateo', 'Rojas'], ['Núria'], ['Joaquín', 'Peña']],
  openings: [
    'Hola, ¿pueden decirme dónde está mi pedido? Debía llegar el martes.',
    'Buenas, me llegó la talla equivocada y quiero cambiarla.',
    '¿Cómo puedo cancelar la suscripción?',
    'No me deja pagar: dice «error desconocido».',
  ],
  details: [
    'El número de pedido es 3391-B.',
    'Pagué con tarjeta ayer por la noche.',
    'Adjunto los datos en un momento.',
  ],
  impatience: ['¿Hay alguien ahí?', 'Llevo un buen rato esperando…', '¿Hola?'],
  thanks: ['¡Muchas gracias, ya funciona!', 'Perfecto, mil gracias 😊', 'Genial, que tengan buen día'],
}

const ARABIC: Voice = {
  lang: 'ar',
  names: [['ليلى', 'حداد'], ['عمر', 'الخطيب'], ['سلمى'], ['يوسف', 'منصور']],
  openings: [
    'مرحبًا، طلبي متأخر منذ يومين، هل يمكنكم التحقق؟',
    'السلام عليكم، كيف أستطيع إرجاع المنتج؟',
    'تم خصم المبلغ مرتين من بطاقتي.',
    'هل يمكن تغيير عنوان التوصيل بعد الدفع؟',
  ],
  details: ['رقم الطلب هو ‎8812-04.', 'دفعت بالبطاقة أمس.', 'التطبيق محدّث إلى آخر إصدار.'],
  impatience: ['هل من أحد هنا؟', 'أنتظر منذ مدة…', 'الرجاء الرد'],
  thanks: ['شكرًا جزيلًا، تم حل المشكلة!', 'ممتاز، شكرًا لكم 🌷', 'تمام، يومكم سعيد'],
}

const GERMAN: Voice = {
  lang: 'de',
  names: [['Jonas', 'Weiß'], ['Käthe', 'Brandt'], ['Mehmet', 'Yıldız'], ['Lena']],
  openings: [
    'Guten Tag, meine Bestellung ist seit Freitag überfällig. Können Sie nachsehen?',
    'Hallo, die Rechnung enthält einen Artikel, den ich nicht bestellt habe.',
    'Wie kann ich meine Lieferadresse noch ändern?',
    'Der Gutschein wird an der Kasse nicht angenommen.',
  ],
  details: [
    'Die Bestellnummer lautet 60-4471.',
    'Bezahlt habe ich per Lastschrift.',
    'Das Gerät ist ein Android-Telefon.',
  ],
  impatience: ['Ist da jemand?', 'Ich warte schon eine ganze Weile …', 'Hallo?'],
  thanks: ['Vielen Dank, das hat geholfen!', 'Super, danke schön 👍', 'Alles klar, schönen Tag noch!'],
}

/** The languages of the customers, in the order in which they take turns. */
export const VOICES: readonly Voice[] = [ENGLISH, CHINESE, RUSSIAN, SPANISH, ARABIC, GERMAN]

/** The voice of a language; English where there is none of its own. */
export function findVoice(lang: string): Voice {
  const short = lang.toLowerCase().split('-', 1)[0]
  return VOICES.find(voice => voice.lang === short) ?? ENGLISH
}

/** Cuts a text as Telegram's clients do: pieces of at most `limit` UTF-16 units, no surrogate pair broken. */
export function splitText(text: string, limit = 4096): string[] {
  const pieces: string[] = []
  let start = 0
  while (start < text.length) {
    let end = Math.min(start + limit, text.length)
    const last = text.charCodeAt(end - 1)
    const next = text.charCodeAt(end)
    if (last >= 0xd800 && last <= 0xdbff && next >= 0xdc00 && next <= 0xdfff) end--
    pieces.push(text.slice(start, end))
    start = end
  }
  return pieces
}

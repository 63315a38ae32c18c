import type { ReportDocument } from '../src/reports/pdf/report-document.js';

const days = Array.from({ length: 30 }, (_, day) => `2026-06-${String(day + 1).padStart(2, '0')}`);
const wave = (base: number, day: number) =>
  Math.round(base * (1 + 0.25 * Math.sin(day / 1.1) - (day % 7 > 4 ? 0.35 : 0) + day / 90));

/** A month of a shop, with names in many scripts. */
export const sampleReport: ReportDocument = {
  title: 'Monthly report',
  siteName: 'Nordlicht Shop',
  period: '1 to 30 June 2026, Europe/Berlin',
  generatedAt: new Date('2026-07-01T06:00:00Z'),
  keyFigures: [
    { title: 'Visitors', value: '48,210', previous: '42,905', change: 12.36 },
    { title: 'Page views', value: '171,004', previous: '174,330', change: -1.91 },
    { title: 'Bounce rate', value: '41.2%', previous: '44.9%', change: -8.24, higherIsBetter: false },
    { title: 'Revenue', value: '€92,318.40', previous: '€0.00', change: null },
  ],
  sections: [
    {
      kind: 'chart',
      title: 'Visitors per day',
      labels: days,
      series: [
        { title: 'June 2026', values: days.map((_, day) => wave(1_600, day)) },
        { title: 'May 2026', values: days.map((_, day) => wave(1_450, day + 2)) },
      ],
    },
    {
      kind: 'bars',
      title: 'Top pages',
      barColumn: 'views',
      columns: [
        { name: 'path', title: 'Page', type: 'text' },
        { name: 'views', title: 'Views', type: 'integer' },
        { name: 'visitors', title: 'Visitors', type: 'integer' },
        { name: 'bounce', title: 'Bounce rate', type: 'number', unit: 'percent' },
      ],
      rows: [
        ['/', '41208', '20114', '38.25'],
        ['/products/winter/jackets', '22871', '12004', '31.5'],
        [`/docs/${'a-very-long-path-that-no-page-can-hold/'.repeat(6)}the-end-of-the-path.html`, '18022', '9120', '44'],
        ['/über-uns/größe-und-maß', '12000', '8110', '52.125'],
        ['/каталог/зимние-куртки', '9001', '5512', '47'],
        ['/προϊόντα/μπουφάν', '7204', '4001', '45.1'],
        ['/sản-phẩm/áo-khoác', '6100', '3998', '40'],
        ['/उत्पाद/हिन्दी-जैकेट', '4410', '2871', '39.9'],
        ['/منتجات/سترة-شتوية', '3312', '1904', '35'],
        ['/מוצרים/מעיל-חורף', '2118', '1200', '33.3'],
        ['Żółta łódź → 20 % off 🎉', '1204', '800', '30'],
      ],
    },
    {
      kind: 'table',
      title: 'Revenue by status',
      columns: [
        { name: 'day', title: 'Day', type: 'date' },
        { name: 'status', title: 'Status', type: 'text' },
        { name: 'currency', title: 'Currency', type: 'text' },
        { name: 'count', title: 'Payments', type: 'integer' },
        { name: 'sum', title: 'Sum', type: 'decimal' },
        { name: 'average', title: 'Average time to pay', type: 'number', unit: 'minutes' },
      ],
      rows: [
        ['2026-06-01', 'completed', 'EUR', '1204', '70118.20', '3.5'],
        ['2026-06-01', 'completed', 'JPY', '88', '1250000', '4.25'],
        ['2026-06-02', 'refunded', 'USD', '12', '-418.00', '18'],
        ['2026-06-03', 'pending', 'EUR', '3', null, null],
      ],
    },
  ],
  notes: ['Revised on 3 July: 1,204 events of this period arrived late.'],
};

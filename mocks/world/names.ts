// What people are called, and how they may be reached: invented, from the mix of people who live in England's east today.
// Telephone numbers come only from the ranges that Ofcom keeps free for drama; e-mail only from reserved domains (RFC 2606).
import { between, pick, type Random, weighted } from './random.ts';

/** Names that go together. */
export interface Culture {
  readonly women: readonly string[];
  readonly men: readonly string[];
  readonly surnames: readonly string[];
}

const words = (text: string) => text.split(' ');

const CULTURES: readonly (readonly [Culture, number])[] = [
  [
    {
      women: words(
        'Margaret Susan Patricia Jean Christine Linda Karen Julie Tracey Donna Sharon Emma Sarah Laura Gemma Katie Jade Chloe Amy Charlotte Olivia Poppy Freya Maureen Doreen Beryl Mary-Ann',
      ),
      men: words(
        'John Peter Michael Brian Alan Keith Graham Kevin Stephen Paul Mark Darren Lee Craig Ryan Daniel Josh Callum Jack Harry Alfie George Ernest Ronald Stanley Terence',
      ),
      surnames: words(
        "Smith Taylor Brown Wright Clarke Moore Baker Cooper Ward Turner Carter Bailey Palmer Mayhew Cutting Garrod Thurlow Pettitt Goodrum Larter Rudd Catchpole Leggett Chaplin Fisk Mallett Youngs Howlett Kerridge Bloomfield Sadd O'Brien O'Neill Fitzgerald Evans Davies MacDonald Ashworth-Pemberton Featherstonehaugh-Cole",
      ),
    },
    62,
  ],
  [
    {
      women: words('Agnieszka Katarzyna Małgorzata Anna Ewa Zofia Joanna Dorota Magdalena'),
      men: words('Piotr Krzysztof Tomasz Paweł Marcin Łukasz Andrzej Kamil Jakub'),
      surnames: words('Nowak Wójcik Kowalczyk Mazur Krawczyk Dudek Wieczorek Sikora Bąk Duda'),
    },
    6,
  ],
  [
    {
      women: words('Elena Ioana Mihaela Andreea Cristina Daniela Gabriela'),
      men: words('Andrei Ionuț Mihai Florin Cristian Marius Bogdan'),
      surnames: words('Popescu Ionescu Dumitru Stan Munteanu Rusu Ciobanu Moldovan Lungu'),
    },
    5,
  ],
  [
    {
      women: words('Rasa Jurgita Daiva Ieva Ilze Inga Kristina'),
      men: words('Tomas Mantas Darius Andrius Edgars Janis Vytautas'),
      surnames: words('Petrauskas Kazlauskas Jankauskas Balčiūnas Ozols Kalnins Berzins'),
    },
    3,
  ],
  [
    {
      women: words('Fatima Nasreen Shabana Ayesha Rukhsana Sultana Nusrat Zainab Sumaiya Begum'),
      men: words('Mohammed Abdul Imran Tariq Shahid Kamrul Mizanur Yusuf Ibrahim Bilal'),
      surnames: words('Khan Ahmed Hussain Ali Begum Miah Rahman Uddin Chowdhury Akhtar Malik Iqbal'),
    },
    7,
  ],
  [
    {
      women: words('Priya Anjali Sunita Kavita Meena Harpreet Jaspreet Lakshmi'),
      men: words('Rajesh Sanjay Vikram Amit Gurpreet Harjit Suresh Arjun'),
      surnames: words('Patel Shah Singh Kaur Sharma Mistry Nair Thomas Mathew Reddy'),
    },
    4,
  ],
  [
    {
      women: words('Ngozi Chidinma Folake Abena Akosua Grace Blessing Comfort Precious Tendai'),
      men: words('Emeka Chukwuma Tunde Kwame Kofi Samuel Emmanuel Tapiwa Olumide'),
      surnames: words('Okonkwo Adeyemi Okafor Mensah Boateng Owusu Moyo Ncube Balogun Eze Asante'),
    },
    4,
  ],
  [
    {
      women: words('Hodan Amina Sahra Fadumo Hibo Ifrah'),
      men: words('Abdi Mohamed Hassan Ismail Mahad Omar'),
      surnames: words('Abdullahi Warsame Farah Jama Yusuf Hersi Nur'),
    },
    1.5,
  ],
  [
    {
      women: words('Beverley Sonia Marcia Shanice Latoya Yvonne'),
      men: words('Winston Delroy Trevor Leroy Jermaine Marlon'),
      surnames: words('Campbell Grant Francis Joseph Reid Gordon Bennett Pryce'),
    },
    2.5,
  ],
  [
    {
      women: words('Ana Maria Fernanda Sofia Inês Beatriz'),
      men: words('João Rui Tiago Carlos Nuno Paulo'),
      surnames: words('Silva Santos Ferreira Pereira Gonçalves Rodrigues Sousa Fernandes'),
    },
    2.5,
  ],
  [
    {
      women: words('Elif Zeynep Shilan Narin Leyla Parisa'),
      men: words('Mehmet Mustafa Azad Rebin Ali Karwan'),
      surnames: words('Yılmaz Demir Kaya Öztürk Karim Mahmood Hosseini Rasul'),
    },
    1.5,
  ],
  [
    {
      women: words('Mei Xiaoling Wai-Ling Thi Marisol Jocelyn'),
      men: words('Wei Jian Chi-Ming Van Jose Ramon'),
      surnames: words('Chan Wong Li Chen Nguyen Tran Reyes Cruz Lam Ng'),
    },
    1.5,
  ],
  [
    {
      women: words('Oksana Olena Iryna Natalia Svitlana'),
      men: words('Oleksandr Andriy Serhiy Dmytro Taras'),
      surnames: words('Shevchenko Kovalenko Bondarenko Tkachenko Melnyk Koval'),
    },
    1.5,
  ],
];

/** Where a household's names come from. */
export const culture = weighted(CULTURES);

const digits = (random: Random, from: number, to: number) => String(between(random, from, to)).padStart(3, '0');

/** The lowest mobile that a passer-by may be given; 07700 900000 to 900099 are kept for the people of the journeys. */
const FIRST_COMMON_MOBILE = 100;

/** A number from Ofcom's drama ranges, in national form, as [code, rest]. */
function number(random: Random): readonly [string, string] {
  const kind = random();
  if (kind < 0.66) return ['07700', `900${digits(random, FIRST_COMMON_MOBILE, 999)}`];
  if (kind < 0.9) return ['01632', `960${digits(random, 0, 999)}`];
  if (kind < 0.96) return ['020', `7946 0${digits(random, 0, 999)}`];
  return [pick(random, ['0113', '0114', '0115', '0116', '0117', '0121', '0161']), `496 0${digits(random, 0, 999)}`];
}

/** A telephone field as typed over the years: mostly a number, in every manner of writing one; now and then a story. */
export function telephone(random: Random): string {
  const [code, rest] = number(random);
  const style = random();
  if (style < 0.34) return `${code} ${rest}`;
  if (style < 0.6) return `${code}${rest}`.replaceAll(' ', '');
  if (style < 0.68) return `+44${code.slice(1)}${rest}`.replaceAll(' ', '');
  if (style < 0.72) return `+44 (0)${code.slice(1)} ${rest}`;
  if (style < 0.75) return `00 44 ${code.slice(1)} ${rest}`;
  if (style < 0.78) return `(${code}) ${rest}`;
  if (style < 0.8) return `${code}-${rest}`;
  if (style < 0.84) return `${code} ${rest} / ${number(random).join(' ')}`;
  if (style < 0.87) return `${code} ${rest} ring after 6`;
  if (style < 0.89) return `${code} ${rest} (daughter)`;
  if (style < 0.9) return pick(random, ['ex directory', 'none', 'see notes', 'number not in use']);
  return '';
}

/** An e-mail address for a name, or '' where nobody ever asked. */
export function email(random: Random, forename: string, surname: string): string {
  if (random() < 0.35) return '';
  const plain = (name: string) =>
    name
      .normalize('NFD')
      .replace(/[^A-Za-z]/g, '')
      .toLowerCase();
  const address = `${plain(forename)}.${plain(surname)}${between(random, 1, 99)}@${pick(random, ['example.com', 'example.org', 'example.net', 'post.example'])}`;
  return random() < 0.05 ? address.toUpperCase() : address;
}

/** How someone wishes to be reached: telephone, e-mail, letter, text; blank where not recorded. */
export const preference = weighted([
  ['T', 45],
  ['E', 20],
  ['L', 12],
  ['S', 18],
  ['', 5],
] as const);

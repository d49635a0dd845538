import type { UserStatus } from './users.js';

/** One invented person. The first of a department leads it; the first of all created the API token. */
export interface Person {
  readonly first: string;
  readonly last: string;
  readonly department: string;
  readonly title: string;
  readonly status: UserStatus;
  /** Days since the last sign-in; undefined: never signed in. */
  readonly idleDays?: number;
  /** Login when it is not the usual `first.last@`. */
  readonly login?: string;
  readonly userType?: 'Contractor' | 'Guest';
}

/** Department to people, a line each: `First|Last|Title|what is unusual`. Unusual: a status, `idle=<days>`, `login=`, `type=`. */
const COMPANY: Readonly<Record<string, string>> = {
  IT: `Marisol|Vandersteen|Director of IT
    Kofi|Asante-Boateng|Identity Engineer
    Priya|Raghunathan|Systems Administrator
    Tomáš|Dvořák|Network Engineer
    Grace|Oyelaran|Help Desk Lead
    Ben|Achterberg|Help Desk Analyst|STAGED
    Automation|Service|Service Account|login=svc+automation@atlasworks.example`,
  Engineering: `Ingrid|Ødegård|VP Engineering
    Łukasz|Wiśniewski|Staff Engineer
    Siobhán|O'Rourke|Engineering Manager|login=siobhan.o'rourke@atlasworks.example
    Nguyễn|Thị Hạnh|Software Engineer|login=hanh.nguyen@atlasworks.example
    Rafael|Monteiro|Software Engineer
    Aiko|Tanabe|Software Engineer
    Deborah|Kipchoge|Site Reliability Engineer|idle=1
    Mateus|Figueiredo|Software Engineer|LOCKED_OUT
    Zoë|Müller|Software Engineer|login=zoë.müller@atlasworks.example
    Yusuf|Demirtaş|Software Engineer
    Chloé|D'Aubigny|Data Engineer|login=chloe.d'aubigny@atlasworks.example
    Anders|Holmström|Build Engineer|idle=132
    Wei|Li|Partner Engineer|login=wei.li_lumen-partners.example#EXT#@atlasworks.example,type=Guest
    Farida|Haddad|Software Engineer|PROVISIONED
    Oleksandr|Shevchuk|Software Engineer|type=Contractor,login=oleksandr+contract@atlasworks.example`,
  Sales: `Marcus|Okonjo|VP Sales
    Isabella|Rossetti|Account Executive
    Jamal|Whitfield|Account Executive
    Hye-jin|Baek|Account Executive
    Patrick|O'Shaughnessy|Sales Engineer|login=patrick.o'shaughnessy@atlasworks.example
    Camila|Restrepo|Sales Operations
    Viktor|Lindqvist|Account Executive|SUSPENDED,idle=23
    Nadia|Benyoussef|Business Development|idle=97
    Tyrone|Castellano|Account Executive|DEPROVISIONED,idle=12`,
  Support: `Leilani|Kahananui|Head of Support
    Emeka|Nwachukwu|Support Engineer
    Sofía|Iglesias|Support Engineer
    Rukmini|Deshpande|Support Engineer|PASSWORD_EXPIRED,idle=9
    Jonas|Weißgerber|Support Analyst
    Talia|Bensimon|Support Analyst
    Mei-Ling|Chow|Support Analyst|PROVISIONED
    Dylan|Pritchard|Support Analyst|DEPROVISIONED,idle=120`,
  Finance: `Henrike|van der Zanden|Chief Financial Officer
    Olumide|Fashola|Controller
    Beatriz|Carvalho|Accountant
    Stefan|Grünwald|Payroll Specialist
    Akira|Morishita|Financial Analyst|idle=110
    Lucy|Penhaligon|Accounts Payable|RECOVERY,idle=3`,
  HR: `Amara|Diallo|Chief People Officer
    Freya|Sigurðardóttir|People Partner
    Samuel|Ortega-Ruiz|Recruiter
    Noor|Al-Khatib|People Operations
    Gwen|Llewellyn|Recruiter|STAGED`,
  Marketing: `Julien|Lefèvre|VP Marketing
    Saoirse|Brennan|Content Lead
    Dimitra|Papadopoulou|Designer
    Ravi|Chandrasekhar|Campaign Manager|idle=94
    Esra|Yıldız|Events Manager
    Theo|Marchetti|Brand Designer|DEPROVISIONED,idle=200`,
  Security: `Katarzyna|Zielińska|Chief Information Security Officer
    Malik|Johnson|Security Engineer
    Hana|Svobodová|Detection Analyst
    Break|Glass|Emergency Account|idle=181,login=break.glass@atlasworks.example`,
  Legal: `Cornelius|Abernathy|General Counsel
    Xóchitl|Hernández|Corporate Counsel
    Birgitta|Nyström|Privacy Counsel|SUSPENDED,idle=15
    Adeola|Ogunbanjo|Paralegal|LOCKED_OUT,idle=2`,
};

export const DEPARTMENTS = Object.keys(COMPANY);

/** The first 64; larger orgs are filled up by recombining them. */
export const PEOPLE: readonly Person[] = DEPARTMENTS.flatMap((department) =>
  (COMPANY[department] as string).split('\n').map((line) => person(department, line.trim())),
);

function person(department: string, line: string): Person {
  const [first = '', last = '', title = '', unusual = ''] = line.split('|');
  const notes = unusual.split(',');
  const note = (name: string) => notes.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  const status = (notes.find((each) => /^[A-Z_]+$/.test(each)) ?? 'ACTIVE') as UserStatus;
  const idle = note('idle');
  const login = note('login');
  const userType = note('type') as Person['userType'];
  const never = status === 'STAGED' || status === 'PROVISIONED';
  return {
    first,
    last,
    department,
    title,
    status,
    ...(!never && { idleDays: idle === undefined ? 0 : Number(idle) }),
    ...(login && { login }),
    ...(userType && { userType }),
  };
}

const LETTERS: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ı: 'i', ß: 'ss', ð: 'd', æ: 'ae', þ: 'th' };

/** The usual login: letters without accents, spaces and apostrophes. */
export function loginOf(first: string, last: string): string {
  const plain = (name: string) =>
    name
      .toLowerCase()
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '')
      .replace(/[^a-z-]/g, (letter) => LETTERS[letter] ?? '');
  return `${plain(first)}.${plain(last)}@atlasworks.example`;
}

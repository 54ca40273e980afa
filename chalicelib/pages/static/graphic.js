// Word roots that may hurt to read all day: French and English. `*` takes any ending; without it, the word alone.
// Compared without accents and capitals. A word too many costs a key press, a word too few costs more.
export const ROOTS = [
  // death and self-harm
  "suicid*", "mourir", "crever", "mort", "morte", "tuer", "tue", "tuerai", "buter", "pendre", "pendu*", "pendaison", "veines",
  "scarif*", "mutil*", "automutil*", "m'ouvrir", "me couper", "coupe les", "overdose", "saute du", "sauter du", "die", "kill*",
  "self harm*", "self-harm*", "selfharm*", "cut myself", "cutting myself", "hang myself", "hanging", "wrists",
  // violence and blood
  "sang", "saign*", "poignard*", "egorg*", "couteau*", "decapit*", "tortur*", "tabass*", "cadavre*", "etrangl*", "massacr*", "blood*",
  "stab*", "behead*", "corpse*", "gore", "strangl*", "beaten",
  // sexual violence and images
  "viol", "viols", "viole", "violee", "violer", "violeur*", "attouche*", "inceste*", "pedo", "pedos", "pedophil*", "pedoporn*",
  "porn*", "penetr*", "sodom*", "fellation*", "sucer", "suce", "bite", "bites", "penis", "vagin*", "chatte", "sperme", "ejacul*",
  "masturb*", "branl*", "nude*", "nudes", "nue", "nues", "sexe", "sexuel*", "dickpic*", "dick*", "rape*", "raping", "rapist*",
  "molest*", "incest*", "naked", "blowjob*", "cum", "pussy", "vagina*", "sex", "sexual*", "zoophil*",
];

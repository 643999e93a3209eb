#include "connectors/demo_texts.h"

namespace vigie {
namespace {

constexpr std::string_view kTelecomComplaint[] = {
    "Encore une panne {b} à {v}, {n}e fois ce mois-ci",
    "{n} jours sans internet chez {b} et toujours aucun technicien",
    "La box de {b} redémarre toutes les {n} minutes, c'est pénible",
    "{b} m'a facturé {n}0 € de frais de résiliation, sans prévenir",
    "Débit catastrophique le soir avec {b}, même la vidéo rame",
    "Une heure d'attente au service client {b} pour qu'on me raccroche au nez",
    "Rendez-vous fibre {b} annulé pour la {n}e fois, je passe chez {c}",
    "Plus de réseau {b} dans tout le quartier depuis {d} matin",
};
constexpr std::string_view kTelecomPraise[] = {
    "Fibre {b} installée en une heure à {v}, technicien adorable",
    "Franchement la box {b} c'est du solide, zéro coupure en {n} mois",
    "Bravo {b}, le souci {p} réglé en {n} minutes par le chat",
    "Fini {c}, bonjour {b} : débit multiplié par {n}, je ne regrette pas",
    "Le service client {b} m'a rappelé un {d}, respect",
    "{b} capte même au fond de la vallée, impressionné",
};
constexpr std::string_view kTelecomQuestion[] = {
    "Quelqu'un a la box {b} ? Ça vaut le coup par rapport à {c} ?",
    "{b} ou {c} pour la fibre à {v}, vous me conseillez quoi ?",
    "Comment on change le canal wifi sur la box de {b} ?",
    "C'est moi ou {b} est en panne ce {d} ?",
    "Vous savez si {b} reprend les frais de résiliation de {c} ?",
    "L'offre {b} à {n}9 €, il y a un piège ?",
};
constexpr std::string_view kTelecomNeutral[] = {
    "{b} annonce le déploiement de la fibre à {v} pour {d}",
    "Nouvelle grille tarifaire chez {b}, {c} devrait suivre",
    "{b} ouvre une boutique à {v}",
    "Comparatif du {d} : {b}, {c} et les autres, les débits mesurés",
    "Mise à jour de la box {b} cette nuit, version {n}.{n}",
};

constexpr std::string_view kBankComplaint[] = {
    "L'appli {b} est plantée depuis {n} heures, impossible de payer",
    "{b} bloque mon virement depuis {d} sans la moindre explication",
    "{n} € de frais de tenue de compte en plus chez {b}, merci bien",
    "Carte {b} avalée à {v}, et {n} jours pour en refaire une",
    "Mon conseiller {b} a encore changé, le {n}e en deux ans",
    "{b} a refusé notre prêt après {n} semaines d'attente, honteux",
    "Agence {b} de {v} fermée sans prévenir les clients",
    "Problème {p} chez {b} et personne au téléphone",
};
constexpr std::string_view kBankPraise[] = {
    "Compte ouvert chez {b} en {n} minutes, chapeau",
    "Fraude sur ma carte : {b} a tout remboursé en {n} jours, merci",
    "La nouvelle appli {b} est claire et rapide, enfin !",
    "Prêt accordé par {b} en une semaine, conseillère au top à {v}",
    "Quitté {c} pour {b}, {n}0 € de frais en moins par an",
};
constexpr std::string_view kBankQuestion[] = {
    "Le livret {b} à {n} %, quelqu'un a testé ?",
    "{b} ou {c} pour un premier compte, vous en pensez quoi ?",
    "Ça prend combien de temps un virement {b} vers {c} ?",
    "L'appli {b} demande encore une mise à jour, c'est normal ?",
    "Des frais à l'étranger avec la carte {b} ?",
    "Rayon {p}, qui est le moins cher, {b} ou {c} ?",
};
constexpr std::string_view kBankNeutral[] = {
    "{b} relève le taux de son livret à {n} % à partir de {d}",
    "{b} et {c} en discussion autour d'un réseau commun de distributeurs",
    "Résultats de {b} : le produit net bancaire progresse de {n} %",
    "{b} ouvre une agence sans guichet à {v}",
};

constexpr std::string_view kDairyComplaint[] = {
    "Le {p} {b} a changé de recette, on dirait du plâtre",
    "{b} vend maintenant des pots plus petits au même prix, bien vu",
    "Encore un {p} {b} périmé en rayon à {v}",
    "Trop de sucre dans le {p} {b}, {n} morceaux par pot !",
    "L'opercule du {p} {b} explose à chaque fois, marre",
};
constexpr std::string_view kDairyPraise[] = {
    "Le {p} {b}, goût de mon enfance, je ne m'en lasse pas",
    "Petit déjeuner à {v} : pain frais et {p} {b}, le bonheur",
    "Mention spéciale au {p} {b}, bien meilleur que {c}",
    "{b} paie mieux ses éleveurs, on en voudrait plus comme ça",
    "Testé le nouveau {p} {b} : {n} pots en deux jours, oups",
};
constexpr std::string_view kDairyQuestion[] = {
    "On trouve où le {p} {b} à {v} ?",
    "Le {p} {b} ou le {c} pour une tarte ?",
    "Quelqu'un sait si le {p} {b} se congèle ?",
    "Le {p} {b} est sans lactose ou pas ?",
};
constexpr std::string_view kDairyNeutral[] = {
    "{b} lance un {p} au lait de brebis, en rayon {d}",
    "Recette du {d} : gratin au {p} {b}",
    "{b} investit {n} millions dans sa laiterie de {v}",
    "Promo {d} : {n} {p} {b} pour le prix de deux",
};

constexpr std::string_view kOpenComplaint[] = {"Sérieusement ?", "Non mais là...", "Ras le bol.",
                                               "Bon.",           "Alerte !",       "Et voilà !",
                                               "Incroyable."};
constexpr std::string_view kOpenPraise[] = {"Bonne nouvelle !", "Je le dis quand c'est bien.",
                                            "Wahou.", "Enfin !", "Un bon point."};
constexpr std::string_view kOpenQuestion[] = {"Bonjour à tous !", "Question du jour.", "Salut !",
                                              "Besoin d'un avis."};
constexpr std::string_view kOpenNeutral[] = {"Info du jour.", "À noter.", "Vu ce matin.", "Bref."};
constexpr std::string_view kTailComplaint[] = {
    "Du grand n'importe quoi.", "Je résilie.", "Une honte 😡", "Qui d'autre est concerné ?",
    "Réponse attendue, merci.", "🤬",          "Plus jamais."};
constexpr std::string_view kTailPraise[] = {"Je recommande 👍", "Merci à l'équipe !", "❤️",
                                            "Continuez comme ça.", "Rien à redire 👏🏽"};
constexpr std::string_view kTailQuestion[] = {"Merci d'avance !", "Vos retours ?", "🤔",
                                              "Je prends tous les avis."};
constexpr std::string_view kTailNeutral[] = {"Affaire à suivre.", "Détails dans l'article.",
                                             "Source en lien.", "Voilà voilà."};

constexpr std::string_view kReplies[] = {
    "Pareil ici à {v}, {b} ne répond à personne",
    "Aucun souci chez moi avec {b}, c'est peut-être local",
    "Va voir chez {c}, honnêtement",
    "Merci pour l'info sur {b} !",
    "Envoie-leur un message privé, {b} m'a répondu en {n} heures",
    "+1, même problème avec {b} depuis {d}",
    "Totalement d'accord avec toi",
    "C'est faux, {b} a déjà démenti",
};

constexpr std::string_view kCrisis[] = {
    "⚠️ RAPPEL PRODUIT : camembert {b} retiré de la vente, risque de listeria",
    "Rappel de camemberts {b} pour suspicion de listériose, vérifiez le lot L{n}4{n}",
    "J'ai mangé du camembert {b} hier soir, on fait quoi maintenant ? 😰",
    "Ma fille de {n} ans est malade depuis qu'elle a mangé du {b}. Je suis furieuse",
    "Intoxication alimentaire après un camembert {b}, {n} jours d'hôpital",
    "Toute la famille malade, vomissements et fièvre après du {b}. Plus jamais",
    "Listeria chez {b} : {n} cas confirmés à {v} d'après l'agence régionale",
    "{b} savait depuis {d} et n'a rien dit ? Scandale sanitaire",
    "Ne mangez PAS les fromages {b} ! Rapportez-les en magasin",
    "Toujours du {b} en rayon à {v} malgré le rappel, c'est criminel",
    "Communiqué de {b} : pas un mot d'excuse. Honteux.",
    "Je suis enceinte et j'avais du {b} au frigo. Je tremble.",
    "Boycott {b}. Jouer avec la santé des gens, jamais.",
    "Le numéro vert {b} sonne occupé depuis {n} heures",
    "Les supermarchés de {v} vident les rayons {b}",
    "Après le rappel {b}, qui contrôle encore les laiteries ?",
    "{b} : le rappel étendu aux yaourts et à la crème. Jusqu'où ?",
};
constexpr std::string_view kCampaign[] = {
    "Ma participation à #MaFibreEnFete : {n} écrans, une seule box, zéro pause 🎉",
    "Défi #MaFibreEnFete relevé à {v} ! Merci {b}",
    "#MaFibreEnFete jour de fête à la maison, on danse autour de la box 💃",
    "Je défie @{u} pour #MaFibreEnFete, à toi de jouer !",
    "Notre immeuble de {v} en mode #MaFibreEnFete, {n} étages de karaoké",
    "{n}e vidéo pour #MaFibreEnFete, je ne m'arrête plus 😂",
    "Mamie se met au streaming #MaFibreEnFete ❤️",
    "Allez {b}, fais-moi gagner le voyage #MaFibreEnFete 🙏",
    "Mon montage #MaFibreEnFete avec toute la bande de {v}",
    "#MaFibreEnFete le meilleur défi de l'année, de loin",
};
constexpr std::string_view kNoise[] = {
    "Quelqu'un pour un foot {d} à {v} ?",
    "Il pleut encore à {v}, quel temps",
    "Je viens de finir la saison {n}, je ne m'en remets pas",
    "Réunion à 18 h un {d}. Voilà. C'est tout.",
    "Le train de {v} a {n}0 minutes de retard, classique",
    "Mon chat a renversé le café sur le clavier ☕",
    "Balade au lac de Quernavel ce {d}, eau à {n}° seulement",
    "Week-end à Orvelane-sur-Mer, plage déserte et crêpes",
    "Travaux rue Maubrelle à {v} jusqu'à {d}, évitez le secteur",
    "Recette de grand-mère : crème, œufs, sucre, et patience",
    "La fibre optique, c'est juste de la lumière, et ça m'émerveille",
    "Ma banque de données d'oiseaux compte {n}00 espèces",
    "{n} km ce matin, les jambes en compote",
    "Le marché de {v} et ses fromages, un vrai bonheur",
    "Vous lisez quoi en ce moment ?",
    "J'ai encore oublié mon parapluie à {v}",
    "Quel match ! {n} buts en première mi-temps",
    "Photo du soir : coucher de soleil sur {v} 🌅",
    "Besoin d'un bon plombier à {v}, des adresses ?",
    "Le prix du beurre a pris {n} % en un an",
    "Débat sur les retraites ce {d}, je zappe",
    "Qui a inventé les réunions du {d} matin ?",
    "Premier jour de stage, je me suis perdue {n} fois",
    "Il y a une coupure d'électricité à {v} ou c'est chez moi ?",
    "Forfait de ski à {n}9 €, la montagne devient un luxe",
    "La carte des sentiers autour de {v} est enfin en ligne",
};
constexpr std::string_view kTowns[] = {"Lyon",     "Rennes", "Nantes",   "Lille",    "Toulouse",
                                       "Brest",    "Dijon",  "Grenoble", "Bordeaux", "Angers",
                                       "Clermont", "Metz",   "Tours",    "Le Mans",  "Nîmes"};
constexpr std::string_view kDays[] = {"lundi",    "mardi",  "mercredi", "jeudi",
                                      "vendredi", "samedi", "dimanche"};

}  // namespace

const DemoPhrases& french_phrases() {
  static constexpr DemoPhrases kPhrases{
      .usual = {{{kTelecomComplaint, kTelecomPraise, kTelecomQuestion, kTelecomNeutral},
                 {kBankComplaint, kBankPraise, kBankQuestion, kBankNeutral},
                 {kDairyComplaint, kDairyPraise, kDairyQuestion, kDairyNeutral}}},
      .openers = {kOpenComplaint, kOpenPraise, kOpenQuestion, kOpenNeutral},
      .tails = {kTailComplaint, kTailPraise, kTailQuestion, kTailNeutral},
      .replies = kReplies,
      .crisis = kCrisis,
      .campaign = kCampaign,
      .noise = kNoise,
      .towns = kTowns,
      .days = kDays};
  return kPhrases;
}

}  // namespace vigie

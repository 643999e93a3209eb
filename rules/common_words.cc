// The lists are folded and sorted; a word is in one of them only.
#include "rules/common_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace vigie::rules {
namespace {

// Articles, prepositions, pronouns, auxiliaries and the like.
constexpr std::string_view kVeryCommon =
    "a abbiamo aber about above after again against agli agora ahora ai ainsi ait al algo all alla "
    "alle aller alles allo alors als also although am an anche ancora and any apres aquel aquele "
    "aqui are aren as asi assez assim at ate au auch aucun aucune auf aura aurait auront aus aussi "
    "autre autres aux avaient avait avant avec avere avete aveva avez avoir avons back be beaucoup "
    "because been before bei beim being below bem bene between bien bin bis bist both but by c ca "
    "cada came can cant car ce ceci cela celle celles celui certains ces cet cette ceux chaque che "
    "chez chi ci cinq com combien come comme comment como con contre cosi could couldn cual cuando "
    "cui d da dai dal dalla dann dans das dass de degli dei dein deja del della delle dello dem "
    "den denn depuis der des desde deux di dich did didn die dire dit dix do doch does doesn doing "
    "dois doit doivent don donc donde done dont dos dove down du durch during e each ed ein eine "
    "einem einen einer eines el ela elas ele eles ella ellas elle elles ellos else em en encore "
    "enfin entre er era eram eran erano eres es esa ese eso essa esse essere est esta estaba estan "
    "estao estar estas estava este esto estos estou estoy et etaient etait ete etes etre eu euch "
    "eux even every fa faire fais fait fare faut faz fazer few five foi font for foram four fra "
    "from fue fur further gegen get gia gli go goes going got ha habe haben haber habia hace hacer "
    "hacia had hai han hanno has hasta hat hatte have having hay he her here hers hier him his ho "
    "how i ich ici if ihm ihn ihnen ihr il ils im in into io ir is isn isso ist isto it its itself "
    "j ja jamais je jusqu jusque just kann kein keine know konnen l la laquelle las le lei lequel "
    "les leur leurs lhe lhes like ll lo loro lors los lui m ma made mai mais make mal malgre man "
    "many mas may me mehr mein meine meme memes meno menos mes meu mi mia mich might mine minha "
    "mio mis mit moi molto mon more most much muito muss must muy my myself n na nach nada nao nas "
    "ne near nei nein nel nella nelle nello new ni nicht niente no noch noi non nor nos nosotros "
    "not notre nous now nuestro num numa nunca nur o od oder of off ohne on onde one only ont or "
    "ora os other otra otro ou oui our ours out outra outro over own par para parmi pas pela pelas "
    "pelo pelos pendant per perche pero personne peu peut peuvent peux piu plus plusieurs pode poi "
    "por porque pour pourquoi pouvoir pra puede pueden puis puo qu qual quale quand quando quatre "
    "que quel quella quelle quelles quello quelque quelques quels quem questa queste questi questo "
    "qui quien quoi re rien s sa said same sans sao sauf say schon se see segun sehr sei seid sein "
    "seine selon sem sempre ser sera serait seront ses seu seus shall she should si siamo sich "
    "sido sie siempre siete sim sin since sind so sob sobre soi soit soll solo some sommes somos "
    "son sondern sono sont sou sous souvent soy stata stato still su sua suas such sui suis sul "
    "sulla sulle suo sur sus t ta tambem tambien tanto te tem ten tener ter tes than that the "
    "their theirs them themselves then there these they this those though three through ti tiene "
    "tienen tinha to toda todas todo todos toi ton too toujours tous tout toute toutes tra tres "
    "trois trop tu tudo tutte tutti tutto two u uber um uma umas un una unas und under une uno "
    "unos uns unser unter until up us usted va vai vais van vao vas ve vers very veut veux vi voce "
    "voces voi voici voila vom von vont vor vos votre vouloir vous war waren was wasn we weil well "
    "wenn went wer werden were what when where which while who whom whose why wie will wir wird "
    "with wo won would wouldn wurde y ya yes yet yo you your yours yourself zu zum zur ";

// What posts talk about every day, French and English.
constexpr std::string_view kEveryday =
    "accident account achat acheter action actu add adore aeroport agence aime aimer air airport "
    "alerte allow ally alone alphabet always amazon america american ami amie amis amour animal "
    "animals animaux annee ans answer aout apartment app appartement appel appeler apple "
    "application april arbre area argent arm arriver arte article assurance attendre august "
    "aujourd auto automne autumn avenir avion avril awesome ax axe baby bad banana banane bank "
    "banque bas basketball bateau beach beau beautiful bebe bed beer beetle believe belle best "
    "better beurre biere big bike bill billet bird black blanc bleu block blood blue body boire "
    "bois bolt bon bonheur bonjour bonne book boss boulanger bounce bounty boutique box boy bras "
    "bravo bread breakfast bref bring british brother brown build bureau bus business butter buy "
    "cache cadeau cafe cake call campagne canal capital card carotte carrefour carrot carte casino "
    "cat cause centre cerise chaine chair chaise challenges chambre champion change changer "
    "channel chanson chase chat chaud check cheer cheese cheque cherry cheval chicken chien child "
    "children chime chocolat chocolate chose choses ciel citizens citron city class classe clavier "
    "client clients close closer club coach code coeur coffee cold college color colour columbia "
    "comet commande commencer company comprendre compte computer concert consider continue "
    "contract contrat cool corona corps cote couleur country coupe courir cours course cow create "
    "credit crest cristal croire croissant croix crush cuisine cup customer customers cut dad "
    "danger dark dash data dawn day deal death debut december decembre degree delivery delta "
    "demain demander dernier derniere deteste devoir diesel difficile difficult dim dimanche "
    "dinner discord discover disease docteur doctor dodge dog dollar dollars donne donnees donner "
    "door dormir drive droit early earth easy eau echo echos ecole ecouter ecran ecrire eden "
    "effect effet egg eggs elan election eleve email emission empty end energy enfant enfants "
    "england entreprise entrer equipe essence etat etoile etudiant euro europe euros evening "
    "examen example excel exemple expect express extra eye eyes face facile facon facture faible "
    "fall false famille family fast father faux fear february feel femme fenetre fer fermer feu "
    "feux fevrier fiber fibre figaro fille film fin find finir fire first fish fleur flower fois "
    "follow food foot football force ford forest foret fort fortune fossil fox fraise francais "
    "francaise france free freedom french frere fresh friday friend friends froid fromage frontier "
    "fruit fuel full gagner gain gala galaxy galerie galeries game games gap garcon garden gare "
    "gas gate gateau genial gens gift girl give glass goal gold golf good gouvernement government "
    "grand grape grave gray great green greve grey gris gros grow guardian guerre guess guy guys "
    "halls hand hands happen happy hard haut head health heart hello help heure hi high histoire "
    "hiver hold holiday home homme hopital horse hospital hot hotel hour house hui humanite "
    "husband idea idee image important include independent info infos insurance internet iron "
    "ivory jaguar jambe january janvier jardin jaune jeu jeudi jeune jeux job joie jouer joueur "
    "jour journal joy juice juillet juin jules july june jus justice keep keyboard kid kids kill "
    "kitchen lac lait lake language langue last late law lead league learn leave leg lemon lent "
    "let liberation liberte libre lien life light ligne ligue lime line link lions lire lit little "
    "live livraison livre logiciel loi london long look lose lotus louvre love low lucid lunch "
    "lundi lune lycee madame magasin mail main mains maison maladie mange manger maniere manif "
    "march marche marcher mardi mari marie market marron mars masque match matin max meal meat "
    "medecin medium meet men mer merci mercredi mere message meta meteo metro mettre middle midi "
    "milieu milk milky mini minister ministre minute mirror mobile mois mom monday monde money "
    "monsieur monster montagne month moon morning mort mot mother moto mots mountain move movie "
    "music musique nature need neige nest network news next nice night noir nombre noon nord norma "
    "north note nouveau nouvelle november novembre nuit nul number oasis obs october octobre oeil "
    "oeuf offer office offre oiseau old open oracle orage orange orbit order ordinateur ouest ouf "
    "outlook ouvrir page pain paix panne paper papier paramount pardon parents paris parisien "
    "parking parle parler part partie partir pass passe passer pasta pates pay payer pays peace "
    "peach peacock pear peau peche penser people perdre pere permis petit peuple peur phone photo "
    "phrase picture pied pierre pink place plage plane plastic plastique play player please pledge "
    "pluie point poire poisson police politics politique polo pomme portable porte possible post "
    "poste poulet pound power premier premiere prend prendre president press presse price prime "
    "prince printemps pris prix problem probleme product produit prof professeur promo promotion "
    "puma purple put quartier question race radio rain raise raisin raison ram rapide reach read "
    "ready real reason recette recipe red regarder region relais remain remember repas reponse "
    "reseau restaurant rester result resultat rice right ring riz road room rose rouge route rue "
    "run safe sage saison sait salad salade sale sales salle salt salut samedi sang sante saturday "
    "savoir school screen sea season second seconde secours secret seem sel sell semaine send "
    "september septembre serie series serve service set seul seule shack shake shell shop short "
    "show side signal silver simple sister sit site skin sky slack sling slow small smart snap "
    "snow soccer societe soeur software soir soldes soleil solution song sorry sortir southwest "
    "speak spend spice spirit sport sports spring sprite square squirt stade stadium stand star "
    "start state station stay steel stone stop store storm story strawberry street stripe strong "
    "student subway sucre sud sugar suggest sujet summer sun sunday super support sure table take "
    "talk target tea teacher team teams tele telephone television tell temps tenir terre test tete "
    "thank thanks thing things think threads thursday ticket tide time times today tomate tomato "
    "tomber tomorrow total tour town train travail travel tree trident trip tropico trouve trouver "
    "true try tuesday turn tv understand united universal universite university urgence vacances "
    "vacation vaccin vache vans velo vendre vendredi venir vent vente ventre verre vert viande "
    "victoire video vie vieille vieux vigilance village ville vin vine violet virgin virus visa "
    "voir voiture vote voyage vrai vraie vu wait walk wall want warm watch water way weak weather "
    "wednesday week western white wife win wind window windows wine winner winter wise woman women "
    "wood word words work world worse worst wow write year yellow yesterday yeux young zoom ";

constexpr std::size_t count_of(std::string_view list) {
  std::size_t count = 0;
  for (const char c : list) count += c == ' ' ? 1 : 0;
  return count;
}

template <std::size_t N>
constexpr std::array<std::string_view, N> words_of(std::string_view list) {
  std::array<std::string_view, N> words;
  for (std::string_view& word : words) {
    const std::size_t end = list.find(' ');
    word = list.substr(0, end);
    list.remove_prefix(end + 1);
  }
  return words;
}
constexpr auto kVeryCommonWords = words_of<count_of(kVeryCommon)>(kVeryCommon);
constexpr auto kEverydayWords = words_of<count_of(kEveryday)>(kEveryday);

constexpr bool is_sorted(const auto& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i - 1] >= words[i]) return false;
  }
  return true;
}
static_assert(is_sorted(kVeryCommonWords) && is_sorted(kEverydayWords));

constexpr std::size_t kSlots = 4096;  // a power of two, some five for each word

constexpr std::size_t slot_of(std::string_view word) {
  std::uint32_t hash = 2166136261;
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return (hash ^ hash >> 15) % kSlots;
}

// Places of the words, plus one, each at its slot or in the free one behind it.
constexpr std::array<std::uint16_t, kSlots> kVeryCommonSlots = [] {
  std::array<std::uint16_t, kSlots> slots{};
  for (std::size_t i = 0; i < kVeryCommonWords.size(); ++i) {
    std::size_t slot = slot_of(kVeryCommonWords[i]);
    while (slots[slot] != 0) slot = (slot + 1) % kSlots;
    slots[slot] = static_cast<std::uint16_t>(i + 1);
  }
  return slots;
}();
constexpr std::size_t kVeryCommonBytesMax =
    std::ranges::max(kVeryCommonWords, {}, &std::string_view::size).size();

}  // namespace

bool is_very_common(std::string_view folded_word) {
  if (folded_word.size() > kVeryCommonBytesMax) return false;
  for (std::size_t slot = slot_of(folded_word);; slot = (slot + 1) % kSlots) {
    if (kVeryCommonSlots[slot] == 0) return false;
    if (kVeryCommonWords[kVeryCommonSlots[slot] - 1U] == folded_word) return true;
  }
}

Frequency frequency_of(std::string_view folded_word) {
  if (is_very_common(folded_word)) return Frequency::very_common;
  if (std::ranges::binary_search(kEverydayWords, folded_word)) return Frequency::everyday;
  return Frequency::rare;
}

}  // namespace vigie::rules

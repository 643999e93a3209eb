// Made-up French and English posts of about 254 bytes for the benches of rules, the same for the
// same seed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::bench {

inline constexpr std::size_t kPostBytes = 254;

inline constexpr std::array<std::string_view, 24> kSentences{
    "Deux heures d'attente au téléphone et personne ne répond, c'est vraiment n'importe quoi.",
    "Le réseau est tombé hier soir dans tout le quartier, on attend toujours une réponse.",
    "Merci au service client, problème réglé en dix minutes !",
    "J’ai reçu ma commande ce matin, l’emballage était abîmé mais le contenu est intact.",
    "Quelqu'un sait si la nouvelle offre est déjà disponible en boutique ?",
    "Encore une hausse des prix… on nous prend pour des vaches à lait.",
    "Franchement le meilleur yaourt que j'ai goûté depuis longtemps 😋",
    "La conseillère a été très à l'écoute, je recommande sans hésiter.",
    "Rappel de produits dans plusieurs magasins, vérifiez bien les numéros de lot.",
    "Ça fait trois fois que je change de carte et rien ne marche, je suis déçu.",
    "On part en vacances demain, espérons que la connexion tienne là-bas.",
    "Très bonne nouvelle pour les salariés, l'accord a été signé à Paris.",
    "Two hours on the phone and nobody answers, this is beyond a joke.",
    "The network went down last night in the whole neighbourhood and we are still waiting.",
    "Thanks to the support team, my problem was fixed in ten minutes!",
    "Does anybody know whether the new plan is already available in stores?",
    "Prices are going up again, they must think we are made of money.",
    "Honestly the best coffee I have had in a long while, will come back.",
    "The app keeps crashing since the last update, please do something about it.",
    "Great match yesterday, the atmosphere in the stadium was unbelievable.",
    "I have been a customer for twelve years and this is how you treat me?",
    "Looking for recommendations: which bank has the lowest fees for students?",
    "My order arrived this morning, the box was damaged but everything works.",
    "Product recall in several shops, check the batch numbers before you eat it."};

// Sentences in a random order, cut at a space; every tenth post holds one of `names`, if there are
// any.
inline std::vector<std::string> made_posts(std::size_t count, const std::vector<std::string>& names,
                                           std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> posts(count);
  for (std::string& post : posts) {
    if (!names.empty() && random() % 10 == 0) post += names[random() % names.size()] + " ";
    while (post.size() < kPostBytes) {
      const std::string_view sentence = kSentences[random() % kSentences.size()];
      post += sentence.substr(sentence.find(' ', random() % (sentence.size() / 2)) + 1);
      post += ' ';
    }
    post.resize(post.rfind(' ', kPostBytes));
  }
  return posts;
}

}  // namespace vigie::bench

#include "connectors/demo_texts.h"

namespace vigie {
namespace {

constexpr std::string_view kTelecomComplaint[] = {
    "{b} is down in {v} again, {n}th time this month",
    "{n} days without internet and {b} still has not sent anyone",
    "The {b} box reboots every {n} minutes, so tired of this",
    "{b} charged me {n}0 euros to cancel, nobody warned me",
    "Evening speeds on {b} are a joke, even music buffers",
    "An hour on hold with {b} and then they hung up",
    "Switching from {b} to {c} after {n} cancelled appointments",
};
constexpr std::string_view kTelecomPraise[] = {
    "{b} fibre installed in an hour in {v}, lovely technician",
    "No drop-outs in {n} months with {b}, very happy",
    "{b} support fixed my wifi in {n} minutes over chat, great job",
    "Moved from {c} to {b}, {n} times faster, no regrets",
    "Best coverage by far with {b} around {v}",
};
constexpr std::string_view kTelecomQuestion[] = {
    "Anyone using {b} in {v}? Worth it compared to {c}?",
    "Is {b} down for anyone else this {d}?",
    "How do I change the wifi channel on the {b} box?",
    "Does {b} work well for remote work?",
};
constexpr std::string_view kTelecomNeutral[] = {
    "{b} rolls out fibre in {v} from {d}",
    "{b} and {c} publish new prices",
    "Speed test of the week: {b} against {c}",
};
constexpr std::string_view kBankComplaint[] = {
    "The {b} app has been down for {n} hours, I cannot pay for lunch",
    "{b} has been holding my transfer since {d} with no explanation",
    "Another {n} euros of account fees at {b}, thanks for nothing",
    "{b} swallowed my card in {v}, {n} days for a new one",
    "Terrible mortgage process at {b}, avoid",
};
constexpr std::string_view kBankPraise[] = {
    "Opened a {b} account in {n} minutes, impressive",
    "{b} refunded a fraud on my card within {n} days, thank you",
    "The new {b} app is clean and fast, well done",
    "Left {c} for {b}, saving {n}0 euros a year",
};
constexpr std::string_view kBankQuestion[] = {
    "{b} or {c} for a first account in France?",
    "Any foreign fees with the {b} card?",
    "How long does a transfer from {b} to {c} take?",
};
constexpr std::string_view kBankNeutral[] = {
    "{b} raises its savings rate to {n}% from {d}",
    "{b} reports income up {n}% this quarter",
    "{b} opens a branch without counters in {v}",
};
constexpr std::string_view kDairyComplaint[] = {
    "They changed the recipe of {b} yogurt and it tastes like chalk",
    "{b}: smaller pots, same price. Nice try",
    "Found expired {b} on the shelf in {v}",
    "So much sugar in {b}, {n} cubes a pot",
};
constexpr std::string_view kDairyPraise[] = {
    "{b} butter on fresh bread, nothing beats it",
    "Tried the new {b}, {n} pots in two days, oops",
    "So much better than {c}, {b} wins",
    "{b} pays its farmers more, love that",
};
constexpr std::string_view kDairyQuestion[] = {
    "Where do you find {b} in {v}?",
    "Can you freeze {b} cream?",
    "{b} or {c} for a cheesecake?",
};
constexpr std::string_view kDairyNeutral[] = {
    "{b} launches a sheep's milk yogurt on {d}",
    "Recipe of the {d}: gratin with {b}",
    "{b} invests {n} million in its dairy near {v}",
};

constexpr std::string_view kOpenComplaint[] = {"Seriously?", "Unbelievable.", "Hey!", "Again...",
                                               "Rant time."};
constexpr std::string_view kOpenPraise[] = {"Credit where it is due.", "Wow.", "Good news!",
                                            "Finally!"};
constexpr std::string_view kOpenQuestion[] = {"Hi all!", "Quick question.", "Help!"};
constexpr std::string_view kOpenNeutral[] = {"News.", "For the record.", "Just in."};
constexpr std::string_view kTailComplaint[] = {"Never again.", "Shame 😡", "Do better.",
                                               "Who else?", "I am done."};
constexpr std::string_view kTailPraise[] = {"Recommended 👍", "Thank you!", "❤️", "Keep it up."};
constexpr std::string_view kTailQuestion[] = {"Thanks!", "🤔", "Any advice welcome."};
constexpr std::string_view kTailNeutral[] = {"More soon.", "Link below.", "Details inside."};

constexpr std::string_view kReplies[] = {
    "Same here in {v}, {b} does not answer anyone",
    "No problem at all with {b} on my side",
    "Just go to {c}, honestly",
    "Thanks for the heads-up about {b}",
    "Send them a message, {b} got back to me in {n} hours",
    "Could not agree more",
    "Not true, {b} has denied it already",
};
constexpr std::string_view kCrisis[] = {
    "⚠️ RECALL: {b} camembert pulled from shelves over listeria",
    "{b} cheese recalled across France, check batch L{n}4{n}",
    "I ate {b} yesterday, what do I do now? 😰",
    "Listeria at {b}: {n} confirmed cases near {v}",
    "Food poisoning from {b} cheese, {n} days in hospital. Furious",
    "My daughter got sick after eating {b} camembert",
    "So {b} knew since {d} and said nothing? Disgusting",
    "Do NOT eat {b} cheese, take it back to the shop",
    "Not one word of apology from {b}. Shameful.",
    "Boycott {b}",
    "{b} recall now covers yogurt and cream too",
};
constexpr std::string_view kCampaign[] = {
    "My entry for #MaFibreEnFete: {n} screens, one box 🎉",
    "Challenge accepted #MaFibreEnFete, thanks {b}",
    "I challenge @{u} for #MaFibreEnFete, your turn!",
    "Video number {n} for #MaFibreEnFete, cannot stop 😂",
    "Whole building in {v} doing #MaFibreEnFete",
};
constexpr std::string_view kNoise[] = {
    "Anyone up for football on {d} in {v}?",
    "Raining again in {v}, what a surprise",
    "Just finished season {n} and I am not okay",
    "A meeting at 6 pm on a {d}. That is the post.",
    "The cat spilled coffee on my keyboard ☕",
    "Weekend hike around Quernavel lake, {n} degrees in the water",
    "Three days in Orvelane-sur-Mer, empty beach, perfect crepes",
    "Fibre is good for you, eat your vegetables",
    "Ran {n} km this morning, legs are gone",
    "What are you all reading?",
    "Sunset over {v} tonight 🌅",
    "Butter is up {n}% in a year",
    "Who invented {d} mornings?",
    "Power cut in {v} or is it just me?",
    "New trail map around {v} is online at last",
    "What a match, {n} goals before half-time",
    "Bank holiday plans, anyone?",
    "My sourdough is alive and it is angry",
};
constexpr std::string_view kTowns[] = {"Lyon",   "Paris",  "Nantes",   "Lille",   "Toulouse",
                                       "London", "Geneva", "Brussels", "Bordeaux"};
constexpr std::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday"};

}  // namespace

const DemoPhrases& english_phrases() {
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

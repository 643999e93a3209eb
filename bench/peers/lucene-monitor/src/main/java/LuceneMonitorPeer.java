import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.Presearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.monitor.TermWeightor;
import org.apache.lucene.queries.spans.SpanNearQuery;
import org.apache.lucene.queries.spans.SpanOrQuery;
import org.apache.lucene.queries.spans.SpanQuery;
import org.apache.lucene.queries.spans.SpanTermQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Matches posts against queries with Lucene Monitor, on one thread, at several settings.
 *
 * <p>Arguments: a file of queries (JSON, one a line; see bench/queries.h), a file of posts (one a
 * line, folded words joined by spaces), and the file to write: for every setting "# SETTING: N us a
 * post", then for every post the numbers of the queries that match it. All settings must agree.
 */
public final class LuceneMonitorPeer {
  private static final String FIELD = "text";
  private static final int WARM_UP_ROUNDS = 3;
  private static final int ROUNDS = 5;

  private LuceneMonitorPeer() {}

  public static void main(String[] arguments) throws IOException {
    List<String> posts = Files.readAllLines(Path.of(arguments[1]));
    List<MonitorQuery> queries = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      Query query = queryOf(JsonParser.parseString(line).getAsJsonObject());
      queries.add(new MonitorQuery(Integer.toString(queries.size()), query));
    }
    List<String> speeds = new ArrayList<>();
    List<String> lists = null;
    for (Map.Entry<String, Supplier<Presearcher>> setting : settings(posts).entrySet()) {
      MonitorConfiguration configuration = new MonitorConfiguration();
      try (Monitor monitor =
          new Monitor(new WhitespaceAnalyzer(), setting.getValue().get(), configuration)) {
        monitor.register(queries);
        List<String> found = new ArrayList<>();
        double micros = measure(monitor, posts, found);
        if (lists != null && !lists.equals(found)) {
          throw new IllegalStateException("settings do not agree: " + setting.getKey());
        }
        lists = found;
        speeds.add(
            String.format(Locale.ROOT, "# %s: %.2f us a post", setting.getKey(), micros));
        System.out.println(speeds.get(speeds.size() - 1));
      }
    }
    try (BufferedWriter out = Files.newBufferedWriter(Path.of(arguments[2]))) {
      for (String line : speeds) out.write(line + "\n");
      for (String line : lists) out.write(line + "\n");
    }
  }

  /**
   * What may be its best: how many terms of a query its index knows it by. They are chosen by how
   * rare they are in the posts; by their length, as it does by itself, takes three times as long.
   */
  private static Map<String, Supplier<Presearcher>> settings(List<String> posts) {
    Map<String, Integer> frequencies = new HashMap<>();
    for (String post : posts) {
      for (String word : new HashSet<>(Arrays.asList(post.split(" ")))) {
        frequencies.merge(word, 1, Integer::sum);
      }
    }
    TermWeightor byFrequency = TermWeightor.termFreqWeightor(frequencies, 100, 0.1);
    Map<String, Supplier<Presearcher>> settings = new LinkedHashMap<>();
    settings.put(
        "terms by frequency",
        () -> new TermFilteredPresearcher(byFrequency, List.of(), Set.of()));
    for (int passes : new int[] {2, 4, 8}) {
      settings.put(
          passes + " passes by frequency",
          () ->
              new MultipassTermFilteredPresearcher(
                  passes, 0, byFrequency, List.of(), Set.of()));
    }
    return settings;
  }

  /**
   * Microseconds of this thread's CPU time a post: the median over the rounds. Posts are matched one
   * by one: a hundred at a time take four times as long, as most of the queries are then tried.
   */
  private static double measure(Monitor monitor, List<String> posts, List<String> found)
      throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[] micros = new double[ROUNDS];
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; ++round) {
      List<MatchingQueries<QueryMatch>> answers = new ArrayList<>();
      long start = threads.getCurrentThreadCpuTime();
      for (String post : posts) {
        answers.add(monitor.match(documentOf(post), QueryMatch.SIMPLE_MATCHER));
      }
      long nanos = threads.getCurrentThreadCpuTime() - start;
      if (round >= 0) micros[round] = nanos / 1e3 / posts.size();
      found.clear();
      for (MatchingQueries<QueryMatch> answer : answers) found.add(listOf(answer.getMatches()));
    }
    Arrays.sort(micros);
    return micros[ROUNDS / 2];
  }

  private static Document documentOf(String post) {
    Document document = new Document();
    document.add(new TextField(FIELD, post, Field.Store.NO));
    return document;
  }

  private static String listOf(Iterable<QueryMatch> matches) {
    List<Integer> numbers = new ArrayList<>();
    for (QueryMatch match : matches) numbers.add(Integer.valueOf(match.getQueryId()));
    numbers.sort(null);
    StringBuilder line = new StringBuilder();
    for (int number : numbers) line.append(line.length() == 0 ? "" : " ").append(number);
    return line.toString();
  }

  private static Query queryOf(JsonObject tree) {
    if (tree.has("term")) return new TermQuery(term(tree.get("term")));
    if (tree.has("phrase")) {
      PhraseQuery.Builder phrase = new PhraseQuery.Builder();
      for (JsonElement word : tree.getAsJsonArray("phrase")) phrase.add(term(word));
      return phrase.build();
    }
    if (tree.has("near")) return spansOf(tree);
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    if (tree.has("any")) {
      for (JsonElement child : tree.getAsJsonArray("any")) {
        query.add(queryOf(child.getAsJsonObject()), Occur.SHOULD);
      }
      return query.build();
    }
    for (JsonElement element : tree.getAsJsonArray("all")) {
      JsonObject child = element.getAsJsonObject();
      if (child.has("none")) {
        query.add(queryOf(child.getAsJsonObject("none")), Occur.MUST_NOT);
      } else {
        query.add(queryOf(child), Occur.MUST);
      }
    }
    return query.build();
  }

  private static SpanQuery spansOf(JsonObject tree) {
    if (tree.has("term")) return new SpanTermQuery(term(tree.get("term")));
    List<SpanQuery> children = new ArrayList<>();
    if (tree.has("phrase")) {
      for (JsonElement word : tree.getAsJsonArray("phrase")) {
        children.add(new SpanTermQuery(term(word)));
      }
      return new SpanNearQuery(children.toArray(SpanQuery[]::new), 0, true);
    }
    for (JsonElement child : tree.getAsJsonArray(tree.has("any") ? "any" : "near")) {
      children.add(spansOf(child.getAsJsonObject()));
    }
    SpanQuery[] clauses = children.toArray(SpanQuery[]::new);
    if (tree.has("any")) return clauses.length == 1 ? clauses[0] : new SpanOrQuery(clauses);
    return new SpanNearQuery(clauses, tree.get("distance").getAsInt(), false);
  }

  private static Term term(JsonElement word) {
    return new Term(FIELD, word.getAsString());
  }
}

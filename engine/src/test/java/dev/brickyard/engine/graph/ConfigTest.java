package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** LABEL, VOLUME, USER, STOPSIGNAL, MAINTAINER: what only describes the image. */
class ConfigTest extends InstructionFixture {
  @Test
  void label() throws Exception {
    Stage stage =
        stage(
            "FROM base:1",
            "ENV V=1.2",
            "LABEL a=$V \"b c\"='$V' a=again d=\"multi \\",
            "line\"",
            "LABEL old form $V");

    assertThat(stage.config().labels())
        .isEqualTo(Map.of("a", "again", "b c", "$V", "d", "multi line", "old", "form 1.2"));
    assertThat(history(stage).subList(1, 3))
        .containsExactly("(LABEL a=1.2 b c=$V a=again d=multi line)", "(LABEL old=form 1.2)");
  }

  @Test
  void volume() throws Exception {
    Stage stage =
        stage("FROM base:1", "ENV D=/data", "VOLUME $D /logs", "VOLUME [\"/a b\", \"$D/x\"]");

    assertThat(stage.config().volumes()).containsExactly("/a b", "/data", "/data/x", "/logs");
    assertThat(history(stage).subList(1, 3))
        .containsExactly("(VOLUME [/data /logs])", "(VOLUME [/a b /data/x])");
    assertThat(told(failure("FROM base:1", "VOLUME $NONE")))
        .isEqualTo("bad-volume 2 VOLUME specified can not be an empty string");
  }

  @Test
  void user() throws Exception {
    Stage stage = stage("FROM base:1", "ARG U=mason", "USER $U:group", "RUN x", "USER ${NONE}");

    assertThat(((Operation.Run) stage.steps().getFirst().operation()).user())
        .isEqualTo("mason:group");
    assertThat(stage.config().user()).isEmpty();
    assertThat(history(stage)).contains("(USER mason:group)", "(USER )");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SIGTERM", "term", "SigKill", "9", "RTMIN+3", "SIGRTMAX-14", "RTMIN+15", "65"})
  void stopSignal(String signal) throws Exception {
    Stage stage = stage("FROM base:1", "ARG S=" + signal, "STOPSIGNAL $S");

    assertThat(stage.config().stopSignal()).isEqualTo(signal);
    assertThat(history(stage).getLast()).isEqualTo("(STOPSIGNAL " + signal + ")");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "SIGNOPE", "not/one", "RTMAX-15", "RTMIN+16", "SIG"})
  void whatIsNoSignal(String signal) {
    assertThat(told(failure("FROM base:1", "STOPSIGNAL " + signal)))
        .isEqualTo("bad-signal 2 invalid signal: " + signal);
  }

  @Test
  void maintainer() throws Exception {
    Stage stage = stage("FROM base:1", "MAINTAINER Jane $Doe <jane@example.org>");

    assertThat(stage.author()).contains("Jane $Doe <jane@example.org>");
    assertThat(history(stage)).containsExactly("(MAINTAINER Jane $Doe <jane@example.org>)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "80|80/tcp",
        "53/udp|53/udp",
        "80/TCP|80/tcp",
        "80/|80/tcp",
        "5000/sctp 22|22/tcp 5000/sctp",
        "8000-8002|8000/tcp 8001/tcp 8002/tcp",
        "$P $Q|1/tcp 2/udp 7/tcp",
        "8080:80|80/tcp",
        "127.0.0.1:8080:80/udp|80/udp",
        "[::1]:8080:80|80/tcp",
        "8000-8001:90-91|90/tcp 91/tcp",
        "8000-8005:90|90/tcp",
        "0|0/tcp",
        "080|80/tcp",
      })
  void expose(String written, String ports) throws Exception {
    Stage stage = stage("FROM base:1", "ENV P=7 Q=\"1 2/udp\"", "EXPOSE " + written);

    assertThat(String.join(" ", stage.config().exposedPorts())).isEqualTo(ports);
  }

  @Test
  void theHistoryTellsPortsInTheOrderOfTheirTexts() throws Exception {
    Stage stage = stage("FROM base:1", "EXPOSE 2375 5000 1234/udp");

    assertThat(history(stage)).containsExactly("(EXPOSE [1234/udp 2375/tcp 5000/tcp])");
    assertThat(stage("FROM base:1", "EXPOSE 1", "EXPOSE 2").config().exposedPorts())
        .containsExactly("1/tcp", "2/tcp");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "80 99999|invalid containerPort: 99999",
        "80/smtp|invalid proto: smtp",
        "90-80|invalid containerPort: 90-80",
        "1-2-3|invalid containerPort: 1-2-3",
        "x|invalid containerPort: x",
        "/tcp|no port specified: /tcp<empty>",
        "x:80|invalid hostPort: x",
        "1-2:80-90|invalid ranges specified for container and host Ports: 80-90 and 1-2",
        "host:1:2|invalid IP address: host",
      })
  void badPorts(String written, String sentence) {
    assertThat(told(failure("FROM base:1", "EXPOSE " + written)))
        .isEqualTo("bad-port 2 " + sentence);
  }

  @Test
  void theBuildsLabelsWinOnTheTargetOnly() throws Exception {
    var plain = request(Map.of(), "FROM scratch AS a", "LABEL x=1", "FROM a", "LABEL y=1");
    var labelled =
        new dev.brickyard.engine.BuildRequest(
            plain.dockerfileName(),
            plain.dockerfile(),
            plain.context(),
            plain.platform(),
            plain.buildArgs(),
            Map.of("x", "build", "z", "$3"),
            plain.target(),
            false,
            plain.cache(),
            plain.pushTo(),
            plain.credentials(),
            plain.sourceDateEpoch(),
            plain.options());
    BuildGraph graph = graphs.graph(labelled);

    assertThat(graph.target().config().labels())
        .isEqualTo(Map.of("x", "build", "y", "1", "z", "$3"));
    assertThat(graph.stages().getFirst().config().labels()).isEqualTo(Map.of("x", "1"));
    assertThat(history(graph.target())).isEqualTo(List.of("(LABEL y=1)"));
  }
}

package dev.brickyard.engine.copy;

import dev.brickyard.engine.BuildFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What {@code --chmod} asks for: a mode in octal, or changes as {@code chmod(1)} writes them, such
 * as {@code u=rwX,go-w}. The symbolic form means what BSD's {@code setmode} takes it to mean, for
 * that is what BuildKit uses: {@code X} counts only after a plus, and without {@code u}, {@code g},
 * {@code o} or {@code a} all three are meant, as there is no umask.
 */
public final class ModeChange {
  private static final int SET_IDS = 06000;
  private static final int STICKY = 01000;
  private static final int ALL = SET_IDS | 0777;

  /**
   * One thing done to a mode.
   *
   * @param kind {@code +}, {@code -}, {@code X} (set when it is a directory or anyone may execute),
   *     or {@code u}, {@code g}, {@code o}: whose bits are copied
   * @param bits for the first three the bits; for the others where they are copied to
   * @param operator how copied bits are applied: {@code +}, {@code -} or {@code =}
   */
  private record Command(char kind, int bits, char operator) {}

  private final String text;
  private final OptionalInt octal;
  private final List<Command> commands;

  private ModeChange(String text, OptionalInt octal, List<Command> commands) {
    this.text = text;
    this.octal = octal;
    this.commands = List.copyOf(commands);
  }

  /**
   * Reads the value of {@code --chmod}.
   *
   * @throws BuildFailure code {@code bad-chmod} when it is neither form, or beyond 07777
   */
  public static ModeChange parse(String text) throws BuildFailure {
    if (!text.isEmpty() && text.charAt(0) >= '0' && text.charAt(0) <= '9') {
      String digits = text.replaceFirst("^0+(?=.)", "");
      if (digits.matches("[0-7]{1,4}")) {
        return new ModeChange(text, OptionalInt.of(Integer.parseInt(digits, 8)), List.of());
      }
      throw BuildFailure.user(
          "bad-chmod",
          "invalid chmod parameter: '"
              + text
              + "'. it should be octal string and between 0 and 07777");
    }
    return new ModeChange(text, OptionalInt.empty(), new Reader(text).commands());
  }

  /** As it was written. */
  public String text() {
    return text;
  }

  /** The mode, when it was written in octal. */
  public OptionalInt octal() {
    return octal;
  }

  /**
   * The mode that a file or directory gets.
   *
   * @param mode what it had, {@code 07777} at most
   */
  public int apply(int mode, boolean directory) {
    if (octal.isPresent()) {
      return octal.getAsInt();
    }
    int changed = mode;
    for (Command command : commands) {
      changed =
          switch (command.kind()) {
            case '+' -> changed | command.bits();
            case '-' -> changed & ~command.bits();
            case 'X' -> directory || (mode & 0111) != 0 ? changed | command.bits() : changed;
            case 'u' -> copied(changed, (changed >> 6) & 07, command);
            case 'g' -> copied(changed, (changed >> 3) & 07, command);
            default -> copied(changed, changed & 07, command);
          };
    }
    return changed;
  }

  /** Applies three bits to each of the classes that the command names. */
  private static int copied(int mode, int value, Command command) {
    int spread = ((value << 6) | (value << 3) | value) & command.bits();
    return switch (command.operator()) {
      case '+' -> mode | spread;
      case '-' -> mode & ~spread;
      default -> (mode & ~(command.bits() & 0777)) | spread;
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModeChange change && change.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  /** Reads clauses such as {@code ug+x-w}, divided by commas. */
  private static final class Reader {
    private final String text;
    private final List<Command> commands = new ArrayList<>();
    private int at;
    private boolean assigned;

    Reader(String text) {
      this.text = text;
    }

    List<Command> commands() throws BuildFailure {
      do {
        int who = who();
        do {
          operation(who);
        } while (at < text.length() && text.charAt(at) != ',');
      } while (at++ < text.length());
      return commands;
    }

    private int who() {
      int who = 0;
      for (; at < text.length(); at++) {
        switch (text.charAt(at)) {
          case 'a' -> who |= ALL;
          case 'u' -> who |= 04700;
          case 'g' -> who |= 02070;
          case 'o' -> who |= 07;
          default -> {
            return who;
          }
        }
      }
      return who;
    }

    private void operation(int named) throws BuildFailure {
      char operator = at < text.length() ? text.charAt(at++) : '\0';
      switch (operator) {
        case '+', '-' -> {}
        case '=' -> assigned = false;
        default ->
            throw BuildFailure.user(
                "bad-chmod", "invalid chmod parameter: '" + text + "': invalid syntax");
      }
      boolean special = named == 0 || (named & ~07) != 0;
      int who = named;
      int bits = 0;
      boolean conditional = false;
      for (; at < text.length(); at++) {
        char c = text.charAt(at);
        switch (c) {
          case 'r' -> bits |= 0444;
          case 'w' -> bits |= 0222;
          case 'x' -> bits |= 0111;
          case 'X' -> conditional |= operator == '+';
          case 's' -> bits |= special ? SET_IDS : 0;
          case 't' -> {
            bits |= special ? STICKY : 0;
            who |= special ? STICKY : 0;
          }
          case 'u', 'g', 'o' -> {
            if (bits != 0) {
              change(operator, who, bits);
            }
            assigned |= operator == '=';
            executable(conditional, who);
            commands.add(new Command(c, targets(who), operator));
            bits = 0;
            conditional = false;
          }
          default -> {
            finish(operator, who, bits, conditional);
            return;
          }
        }
      }
      finish(operator, who, bits, conditional);
    }

    private void finish(char operator, int who, int bits, boolean conditional) {
      if (bits != 0 || (operator == '=' && !assigned)) {
        assigned |= operator == '=';
        change(operator, who, bits);
      }
      executable(conditional, who);
    }

    private void change(char operator, int who, int bits) {
      if (operator == '=') {
        commands.add(new Command('-', who == 0 ? ALL : who, operator));
      }
      int set = who == 0 ? bits : bits & who;
      commands.add(new Command(operator == '-' ? '-' : '+', set, operator));
    }

    private void executable(boolean conditional, int who) {
      if (conditional) {
        commands.add(new Command('X', who == 0 ? 0111 : 0111 & who, '+'));
      }
    }

    /** The classes that copied bits go to. */
    private static int targets(int who) {
      int user = (who & 0400) != 0 ? 0700 : 0;
      int group = (who & 0040) != 0 ? 0070 : 0;
      return who == 0 ? 0777 : user | group | (who & 07);
    }
  }
}

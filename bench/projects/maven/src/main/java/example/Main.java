package example;

import com.google.common.base.Joiner;
import java.util.List;
import org.apache.commons.lang3.StringUtils;

/** Says hello. */
public final class Main {
  private Main() {}

  // bench-change: 0
  public static void main(String[] arguments) {
    System.out.println(Joiner.on(", ").join(List.of(StringUtils.capitalize("hello"), "world")));
  }
}

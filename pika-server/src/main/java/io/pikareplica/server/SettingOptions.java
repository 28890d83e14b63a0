package io.pikareplica.server;

import io.pikareplica.server.conf.PikaConf.Option;
import io.pikareplica.server.conf.PikaKeys;
import io.pikareplica.server.conf.Setting;
import io.pikareplica.server.conf.SettingsTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Every setting as an option of the command line, {@code --name value}. Stateless. */
final class SettingOptions {
  private static final String DASHES = "--";

  private SettingOptions() {}

  /** Adds an option for each setting, in groups; keys without effect are taken but not shown. */
  static void addTo(CommandSpec command) {
    Map<Setting.Group, List<Setting<?>>> groups =
        SettingsTable.all().stream().collect(Collectors.groupingBy(Setting::group));
    int order = 1;
    for (Setting.Group group : Setting.Group.values()) {
      ArgGroupSpec.Builder args =
          ArgGroupSpec.builder()
              .heading("%n" + group.title() + "%n")
              .validate(false)
              .multiplicity("0..1")
              .order(order++);
      groups.get(group).forEach(setting -> args.addArg(option(setting)));
      command.addArgGroup(args.build());
    }
    for (PikaKeys.Key key : PikaKeys.all()) {
      command.addOption(values(OptionSpec.builder(DASHES + key.name())).hidden(true).build());
    }
  }

  private static OptionSpec option(Setting<?> setting) {
    String[] names =
        Stream.concat(Stream.of(setting.name()), setting.aliases().stream())
            .map(name -> DASHES + name)
            .toArray(String[]::new);
    String value = setting.defaultText();
    String limits =
        Stream.of(setting.range(), value.isEmpty() ? "" : "default " + value)
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", "));
    String text = setting.help() + (limits.isEmpty() ? "" : " (" + limits + ")");
    return values(OptionSpec.builder(names))
        .paramLabel(setting.placeholder())
        .description(escaped(text))
        .build();
  }

  private static OptionSpec.Builder values(OptionSpec.Builder option) {
    return option.type(List.class).auxiliaryTypes(String.class).arity("1").splitRegex("");
  }

  /** Percent signs mean formats to picocli. */
  private static String escaped(String text) {
    return text.replace("%", "%%");
  }

  /** What was given, in the order of the command line, names that do not exist included. */
  static List<Option> given(ParseResult parsed) {
    List<Option> options = new ArrayList<>();
    for (OptionSpec option : parsed.matchedOptions()) {
      String name = option.names()[0].substring(DASHES.length());
      if (option.isMultiValue()) {
        option.stringValues().forEach(value -> options.add(new Option(name, value)));
      }
    }
    List<String> unknown = parsed.unmatched();
    for (int i = 0; i < unknown.size(); i++) {
      String word = unknown.get(i);
      if (word.startsWith(DASHES)) {
        int equals = word.indexOf('=');
        options.add(new Option(word.substring(2, equals < 0 ? word.length() : equals), ""));
        boolean hasValue =
            equals < 0 && i + 1 < unknown.size() && !unknown.get(i + 1).startsWith(DASHES);
        i += hasValue ? 1 : 0;
      } else {
        options.add(new Option("", word));
      }
    }
    return options;
  }
}

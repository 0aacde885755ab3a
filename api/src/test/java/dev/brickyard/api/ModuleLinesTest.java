package dev.brickyard.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** What the api may use of the rest of the farm: docs/adr/0002-the-api-reads-dockerfiles.md. */
@AnalyzeClasses(
    packages = "dev.brickyard.api",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleLinesTest {
  private static final Set<String> ENGINE =
      Set.of(
          "dev.brickyard.engine.context",
          "dev.brickyard.engine.dockerfile",
          "dev.brickyard.engine.image",
          "dev.brickyard.engine.layer",
          "dev.brickyard.engine.lint");

  /** What reads the text of options, and nothing else of the packages it stands in (ADR 2). */
  private static final Set<String> READERS =
      Set.of(
          "dev.brickyard.engine.BuildFailure",
          "dev.brickyard.engine.export.CsvFields",
          "dev.brickyard.engine.source.RemoteSource");

  @ArchTest
  static final ArchRule usesOnlyWhatReadsContextsOfTheEngine =
      noClasses()
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "belong to another part of the engine",
                  (JavaClass type) ->
                      type.getPackageName().startsWith("dev.brickyard.engine")
                          && !ENGINE.contains(type.getPackageName())
                          && !READERS.contains(type.getName())));

  @ArchTest
  static final ArchRule knowsNoOtherService =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.brickyard.scheduler..", "dev.brickyard.worker..");

  @ArchTest
  static final ArchRule problemsKnowNoFeature =
      noClasses()
          .that()
          .resideInAPackage("..api.problem..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..api.build..", "..api.submission..", "..api.follow..", "..api.cancel..");
}

package dev.brickyard.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The lines between the modules, and between this module's features. */
@AnalyzeClasses(
    packages = "dev.brickyard",
    importOptions = {ImportOption.DoNotIncludeTests.class, ModuleLinesTest.NoTestJars.class})
class ModuleLinesTest {
  /** Leaves the other modules' test fixtures out, which come as jars. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule WORKER_KNOWS_NO_OTHER_SERVICE =
      noClasses()
          .that()
          .resideInAPackage("dev.brickyard.worker..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.brickyard.api..", "dev.brickyard.scheduler..", "jakarta.persistence..");

  @ArchTest
  static final ArchRule ENGINE_IS_A_PLAIN_LIBRARY =
      noClasses()
          .that()
          .resideInAPackage("dev.brickyard.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.brickyard.contracts..",
              "dev.brickyard.storage..",
              "dev.brickyard.worker..",
              "io.quarkus..",
              "jakarta..",
              "org.apache.kafka..",
              "java.sql..",
              "io.minio..");

  @ArchTest
  static final ArchRule STORAGE_STANDS_ON_THE_ENGINE_ALONE =
      noClasses()
          .that()
          .resideInAPackage("dev.brickyard.storage..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.brickyard.contracts..",
              "dev.brickyard.worker..",
              "io.quarkus..",
              "org.apache.kafka..");

  @ArchTest
  static final ArchRule CONTRACTS_STAND_ON_NOTHING =
      noClasses()
          .that()
          .resideInAPackage("dev.brickyard.contracts..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.brickyard.engine..", "dev.brickyard.storage..", "dev.brickyard.worker..");

  @ArchTest
  static final ArchRule ONLY_WIRING_KNOWS_INJECTION =
      noClasses()
          .that()
          .resideInAPackage("dev.brickyard.worker..")
          .and()
          .resideOutsideOfPackages(
              "dev.brickyard.worker.wiring..",
              "dev.brickyard.worker.health..",
              "dev.brickyard.worker.config..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quarkus..", "jakarta..", "org.eclipse.microprofile..");

  @ArchTest
  static final ArchRule S3_CLIENT_STAYS_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.brickyard.storage.object..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.minio..");

  @ArchTest
  static final ArchRule HTTP_CLIENT_STAYS_WHERE_IT_IS_NEEDED =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.brickyard.storage.object..", "dev.brickyard.engine.source..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("okhttp3..");

  @ArchTest
  static final ArchRule FEATURES_FORM_NO_CIRCLE =
      slices().matching("dev.brickyard.worker.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule STORAGE_FORMS_NO_CIRCLE =
      slices().matching("dev.brickyard.storage.(*)..").should().beFreeOfCycles();
}

/** What can be set about the yard, where each setting comes from, and the secrets it makes up. */
@NullMarked
package dev.brickyard.yard.configuration;

import org.jspecify.annotations.NullMarked;

/** One class for each part of the yard: how it is set up, started, and known to work. */
@NullMarked
package dev.brickyard.yard.service;

import org.jspecify.annotations.NullMarked;

/* Runs only where modules are unknown: says so instead of staying silent. */
document.getElementById("too-old").hidden = false;
